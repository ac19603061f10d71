import { titled } from "@/app/(console)/console/page-title";
import { GoldView } from "./gold-view";

export const generateMetadata = titled("pages.gold-items");

export default async function GoldItemsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <GoldView projectId={(await params).projectId} />;
}
