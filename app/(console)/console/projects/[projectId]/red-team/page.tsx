import { RedTeamView } from "./red-team-view";

export default async function RedTeamPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <RedTeamView projectId={(await params).projectId} />;
}
