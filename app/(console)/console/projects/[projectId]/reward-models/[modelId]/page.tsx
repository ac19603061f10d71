import { ModelView } from "./model-view";

export default async function RewardModelPage({ params }: { params: Promise<{ projectId: string; modelId: string }> }) {
  const { projectId, modelId } = await params;
  return <ModelView projectId={projectId} modelId={modelId} />;
}
