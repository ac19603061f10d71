import { titled } from "@/app/(console)/console/page-title";
import { PoliciesView } from "./policies-view";

export const generateMetadata = titled("pages.policies");

export default async function PoliciesPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <PoliciesView projectId={(await params).projectId} />;
}
