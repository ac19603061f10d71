import { EditorView } from "./editor-view";

export default async function EntryTestPage({ params }: { params: Promise<{ projectId: string; testId: string }> }) {
  return <EditorView {...(await params)} />;
}
