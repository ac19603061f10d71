import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { StepsView } from "@/app/components/onboarding/steps-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("annotate.onboarding"))("title") };
}

export default async function OnboardingPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <StepsView projectId={(await params).projectId} />;
}
