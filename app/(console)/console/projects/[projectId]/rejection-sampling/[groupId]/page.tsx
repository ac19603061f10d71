import { titled } from "@/app/(console)/console/page-title";
import { GroupView } from "./group-view";

export const generateMetadata = titled("pages.rejection-sampling");

export default async function GroupPage({ params }: { params: Promise<{ projectId: string; groupId: string }> }) {
  const { projectId, groupId } = await params;
  return <GroupView projectId={projectId} groupId={groupId} />;
}
