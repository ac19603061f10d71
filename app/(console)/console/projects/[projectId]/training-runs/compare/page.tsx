import { CompareView } from "./compare-view";

export default async function CompareRunsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <CompareView projectId={(await params).projectId} />;
}
