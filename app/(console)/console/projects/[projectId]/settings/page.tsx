import { SettingsView } from "./settings-view";

export default async function SettingsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <SettingsView projectId={(await params).projectId} />;
}
