import { titled } from "@/app/(console)/console/page-title";
import { DialogueView } from "./dialogue-view";

export const generateMetadata = titled("pages.ghost-attention");

export default async function DialoguePage({ params }: { params: Promise<{ projectId: string; dialogueId: string }> }) {
  const { projectId, dialogueId } = await params;
  return <DialogueView projectId={projectId} dialogueId={dialogueId} />;
}
