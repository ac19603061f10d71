import { titled } from "@/app/(console)/console/page-title";
import { GroupsView } from "./groups-view";

export const generateMetadata = titled("pages.rejection-sampling");

export default async function RejectionSamplingPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <GroupsView projectId={(await params).projectId} />;
}
