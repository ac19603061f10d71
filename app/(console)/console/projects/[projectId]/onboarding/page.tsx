import { OnboardingView } from "./onboarding-view";

export default async function OnboardingPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <OnboardingView projectId={(await params).projectId} />;
}
