import { redirect } from "next/navigation";
import { currentUser } from "@/lib/auth/session";
import { hasRole } from "@/lib/domain/roles";
import { GradingView } from "./grading-view";

export default async function GradingPage() {
  const user = await currentUser();
  if (!user || !hasRole(user.role, "reviewer")) redirect("/annotate");
  return <GradingView />;
}
