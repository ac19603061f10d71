import { titled } from "@/app/(console)/console/page-title";
import { QualityView } from "./quality-view";

export const generateMetadata = titled("pages.quality");

export default async function QualityPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <QualityView projectId={(await params).projectId} />;
}
