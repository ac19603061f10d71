import { MembersView } from "./members-view";

export default async function MembersPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <MembersView projectId={(await params).projectId} />;
}
