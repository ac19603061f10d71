import { titled } from "@/app/(console)/console/page-title";
import { WebhooksView } from "./webhooks-view";

export const generateMetadata = titled("pages.webhooks");

export default async function WebhooksPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <WebhooksView projectId={(await params).projectId} />;
}
