import { TrainingRunsView } from "./training-runs-view";

export default async function TrainingRunsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <TrainingRunsView projectId={(await params).projectId} />;
}
