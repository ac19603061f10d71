import { titled } from "@/app/(console)/console/page-title";
import { MembersView } from "./members-view";

export const generateMetadata = titled("pages.members");

export default async function MembersPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <MembersView projectId={(await params).projectId} />;
}
