import { redirect } from "next/navigation";
import { currentUser } from "@/lib/auth/session";
import { hasRole } from "@/lib/domain/roles";
import { JobsView } from "./jobs-view";

export default async function JobsPage() {
  const user = await currentUser();
  if (!user || !hasRole(user.role, "lead")) redirect("/console");
  return <JobsView />;
}
