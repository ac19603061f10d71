import { titled } from "@/app/(console)/console/page-title";
import { GuidelinesView } from "./guidelines-view";

export const generateMetadata = titled("pages.guidelines");

export default async function GuidelinesPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <GuidelinesView projectId={(await params).projectId} />;
}
