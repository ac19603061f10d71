import { GroupView } from "./group-view";

export default async function GroupPage({ params }: { params: Promise<{ projectId: string; groupId: string }> }) {
  const { projectId, groupId } = await params;
  return <GroupView projectId={projectId} groupId={groupId} />;
}
