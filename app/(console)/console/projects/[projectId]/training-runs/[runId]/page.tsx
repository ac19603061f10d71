import { titled } from "@/app/(console)/console/page-title";
import { RunView } from "./run-view";

export const generateMetadata = titled("pages.training-runs");

export default async function TrainingRunPage({ params }: { params: Promise<{ projectId: string; runId: string }> }) {
  const { projectId, runId } = await params;
  return <RunView projectId={projectId} runId={runId} />;
}
