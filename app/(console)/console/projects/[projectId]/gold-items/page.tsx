import { GoldView } from "./gold-view";

export default async function GoldItemsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <GoldView projectId={(await params).projectId} />;
}
