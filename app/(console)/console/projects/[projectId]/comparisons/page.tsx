import { titled } from "@/app/(console)/console/page-title";
import { ComparisonsView } from "./comparisons-view";

export const generateMetadata = titled("pages.comparisons");

export default async function ComparisonsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <ComparisonsView projectId={(await params).projectId} />;
}
