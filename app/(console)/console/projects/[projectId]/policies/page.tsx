import { PoliciesView } from "./policies-view";

export default async function PoliciesPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <PoliciesView projectId={(await params).projectId} />;
}
