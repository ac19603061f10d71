import { ItemsView } from "./items-view";

export default async function ItemsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <ItemsView projectId={(await params).projectId} />;
}
