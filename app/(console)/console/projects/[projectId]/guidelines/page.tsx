import { GuidelinesView } from "./guidelines-view";

export default async function GuidelinesPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <GuidelinesView projectId={(await params).projectId} />;
}
