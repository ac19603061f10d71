import { RoundDetail } from "../../round-detail";

export default async function RoundPage({ params }: { params: Promise<{ projectId: string; roundId: string }> }) {
  const { projectId, roundId } = await params;
  return <RoundDetail projectId={projectId} roundId={roundId} />;
}
