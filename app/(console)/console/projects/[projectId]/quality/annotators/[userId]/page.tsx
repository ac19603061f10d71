import { AnnotatorView } from "./annotator-view";

export default async function AnnotatorPage({ params }: { params: Promise<{ projectId: string; userId: string }> }) {
  return <AnnotatorView {...(await params)} />;
}
