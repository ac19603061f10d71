import { titled } from "@/app/(console)/console/page-title";
import { RewardModelsView } from "./reward-models-view";

export const generateMetadata = titled("pages.reward-models");

export default async function RewardModelsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <RewardModelsView projectId={(await params).projectId} />;
}
