import { PromptsView } from "./prompts-view";

export default async function PromptsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <PromptsView projectId={(await params).projectId} />;
}
