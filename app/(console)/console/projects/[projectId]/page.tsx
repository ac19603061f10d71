import { RoundsView } from "./rounds-view";

export default async function RoundsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <RoundsView projectId={(await params).projectId} />;
}
