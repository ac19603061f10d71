import { RunView } from "./run-view";

export default async function TrainingRunPage({ params }: { params: Promise<{ projectId: string; runId: string }> }) {
  const { projectId, runId } = await params;
  return <RunView projectId={projectId} runId={runId} />;
}
