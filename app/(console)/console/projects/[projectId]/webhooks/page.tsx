import { WebhooksView } from "./webhooks-view";

export default async function WebhooksPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <WebhooksView projectId={(await params).projectId} />;
}
