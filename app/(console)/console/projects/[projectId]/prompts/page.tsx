import { titled } from "@/app/(console)/console/page-title";
import { PromptsView } from "./prompts-view";

export const generateMetadata = titled("pages.prompts");

export default async function PromptsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <PromptsView projectId={(await params).projectId} />;
}
