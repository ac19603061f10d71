import { DialoguesView } from "./dialogues-view";

export default async function GhostAttentionPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <DialoguesView projectId={(await params).projectId} />;
}
