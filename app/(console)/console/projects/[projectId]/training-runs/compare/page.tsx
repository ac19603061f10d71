import { titled } from "@/app/(console)/console/page-title";
import { CompareView } from "./compare-view";

export const generateMetadata = titled("pages.training-runs");

export default async function CompareRunsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <CompareView projectId={(await params).projectId} />;
}
