import { redirect } from "next/navigation";
import { titled } from "@/app/(console)/console/page-title";
import { currentUser } from "@/lib/auth/session";
import { hasRole } from "@/lib/domain/roles";
import { ReviewsView } from "./reviews-view";

export const generateMetadata = titled("nav.reviews");

export default async function ReviewsPage() {
  const user = await currentUser();
  if (!user || !hasRole(user.role, "reviewer")) redirect("/annotate");
  return <ReviewsView isLead={hasRole(user.role, "lead")} />;
}
