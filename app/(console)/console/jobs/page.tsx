import { redirect } from "next/navigation";
import { titled } from "@/app/(console)/console/page-title";
import { currentUser } from "@/lib/auth/session";
import { hasRole } from "@/lib/domain/roles";
import { JobsView } from "./jobs-view";

export const generateMetadata = titled("nav.jobs");

export default async function JobsPage() {
  const user = await currentUser();
  if (!user || !hasRole(user.role, "lead")) redirect("/console");
  return <JobsView />;
}
