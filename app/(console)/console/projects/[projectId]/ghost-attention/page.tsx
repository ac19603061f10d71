import { titled } from "@/app/(console)/console/page-title";
import { DialoguesView } from "./dialogues-view";

export const generateMetadata = titled("pages.ghost-attention");

export default async function GhostAttentionPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <DialoguesView projectId={(await params).projectId} />;
}
