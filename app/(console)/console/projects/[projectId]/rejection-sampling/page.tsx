import { GroupsView } from "./groups-view";

export default async function RejectionSamplingPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <GroupsView projectId={(await params).projectId} />;
}
