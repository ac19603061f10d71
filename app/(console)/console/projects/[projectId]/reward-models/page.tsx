import { RewardModelsView } from "./reward-models-view";

export default async function RewardModelsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <RewardModelsView projectId={(await params).projectId} />;
}
