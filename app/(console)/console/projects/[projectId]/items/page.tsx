import { titled } from "@/app/(console)/console/page-title";
import { ItemsView } from "./items-view";

export const generateMetadata = titled("pages.items");

export default async function ItemsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <ItemsView projectId={(await params).projectId} />;
}
