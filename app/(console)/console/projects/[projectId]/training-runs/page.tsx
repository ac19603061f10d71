import { titled } from "@/app/(console)/console/page-title";
import { TrainingRunsView } from "./training-runs-view";

export const generateMetadata = titled("pages.training-runs");

export default async function TrainingRunsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <TrainingRunsView projectId={(await params).projectId} />;
}
