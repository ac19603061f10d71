import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AttemptView } from "@/app/components/onboarding/attempt-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("annotate.onboarding"))("title") };
}

export default async function AttemptPage({ params }: { params: Promise<{ projectId: string; attemptId: string }> }) {
  return <AttemptView {...(await params)} />;
}
