import { redirect } from "next/navigation";
import { titled } from "@/app/(console)/console/page-title";
import { currentUser } from "@/lib/auth/session";
import { hasRole } from "@/lib/domain/roles";
import { GradingView } from "./grading-view";

export const generateMetadata = titled("nav.grading");

export default async function GradingPage() {
  const user = await currentUser();
  if (!user || !hasRole(user.role, "reviewer")) redirect("/annotate");
  return <GradingView />;
}
