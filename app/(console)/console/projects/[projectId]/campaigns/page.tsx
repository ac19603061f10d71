import { CampaignsView } from "./campaigns-view";

export default async function CampaignsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <CampaignsView projectId={(await params).projectId} />;
}
