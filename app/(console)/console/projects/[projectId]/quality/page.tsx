import { QualityView } from "./quality-view";

export default async function QualityPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <QualityView projectId={(await params).projectId} />;
}
