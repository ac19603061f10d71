import { DialogueView } from "./dialogue-view";

export default async function DialoguePage({ params }: { params: Promise<{ projectId: string; dialogueId: string }> }) {
  const { projectId, dialogueId } = await params;
  return <DialogueView projectId={projectId} dialogueId={dialogueId} />;
}
