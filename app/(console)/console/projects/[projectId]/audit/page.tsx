import { titled } from "@/app/(console)/console/page-title";
import { currentUser } from "@/lib/auth/session";
import { AuditView } from "./audit-view";

export const generateMetadata = titled("pages.audit");

export default async function AuditPage({ params }: { params: Promise<{ projectId: string }> }) {
  const user = await currentUser();
  return <AuditView projectId={(await params).projectId} canVerify={user?.role === "admin"} />;
}
