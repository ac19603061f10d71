import { ComparisonsView } from "./comparisons-view";

export default async function ComparisonsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <ComparisonsView projectId={(await params).projectId} />;
}
