import { titled } from "@/app/(console)/console/page-title";
import { ModelView } from "./model-view";

export const generateMetadata = titled("pages.reward-models");

export default async function RewardModelPage({ params }: { params: Promise<{ projectId: string; modelId: string }> }) {
  const { projectId, modelId } = await params;
  return <ModelView projectId={projectId} modelId={modelId} />;
}
