import { titled } from "@/app/(console)/console/page-title";
import { RoundsView } from "./rounds-view";

export const generateMetadata = titled("pages.rounds");

export default async function RoundsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <RoundsView projectId={(await params).projectId} />;
}
