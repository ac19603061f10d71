import { titled } from "@/app/(console)/console/page-title";
import { AnnotatorView } from "./annotator-view";

export const generateMetadata = titled("pages.quality");

export default async function AnnotatorPage({ params }: { params: Promise<{ projectId: string; userId: string }> }) {
  return <AnnotatorView {...(await params)} />;
}
