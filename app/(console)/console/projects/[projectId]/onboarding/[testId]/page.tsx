import { titled } from "@/app/(console)/console/page-title";
import { EditorView } from "./editor-view";

export const generateMetadata = titled("pages.onboarding");

export default async function EntryTestPage({ params }: { params: Promise<{ projectId: string; testId: string }> }) {
  return <EditorView {...(await params)} />;
}
