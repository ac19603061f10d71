import { titled } from "@/app/(console)/console/page-title";
import { OnboardingView } from "./onboarding-view";

export const generateMetadata = titled("pages.onboarding");

export default async function OnboardingPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <OnboardingView projectId={(await params).projectId} />;
}
