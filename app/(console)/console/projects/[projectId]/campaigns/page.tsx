import { titled } from "@/app/(console)/console/page-title";
import { CampaignsView } from "./campaigns-view";

export const generateMetadata = titled("pages.campaigns");

export default async function CampaignsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <CampaignsView projectId={(await params).projectId} />;
}
