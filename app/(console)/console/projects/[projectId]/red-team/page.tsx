import { titled } from "@/app/(console)/console/page-title";
import { RedTeamView } from "./red-team-view";

export const generateMetadata = titled("pages.red-team");

export default async function RedTeamPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <RedTeamView projectId={(await params).projectId} />;
}
