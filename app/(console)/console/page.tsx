import { redirect } from "next/navigation";
import { titled } from "@/app/(console)/console/page-title";
import { currentUser } from "@/lib/auth/session";
import { hasRole } from "@/lib/domain/roles";
import { ProjectList } from "./project-list";

export const generateMetadata = titled("nav.projects");

export default async function ConsolePage() {
  const user = await currentUser();
  if (!user || !hasRole(user.role, "lead")) redirect("/console/reviews");
  return <ProjectList />;
}
