import { titled } from "@/app/(console)/console/page-title";
import { SettingsView } from "./settings-view";

export const generateMetadata = titled("pages.settings");

export default async function SettingsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <SettingsView projectId={(await params).projectId} />;
}
