import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { WorkScreen } from "@/app/components/annotate/work-screen";
import { currentUser } from "@/lib/auth/session";
import { database } from "@/lib/services/database";
import { preferencesOf } from "@/lib/services/preferences/preferences";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("annotate.bar"))("title") };
}

interface Props {
  params: Promise<{ projectId: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

const one = (value: string | string[] | undefined): string | null => (typeof value === "string" ? value : null);

export default async function WorkPage({ params, searchParams }: Props) {
  const { projectId } = await params;
  const user = await currentUser();
  if (!user) redirect(`/sign-in?callbackUrl=${encodeURIComponent(`/annotate/${projectId}`)}`);
  const query = await searchParams;
  const preferences = await preferencesOf(database().db, user.id);
  return (
    <WorkScreen
      userId={user.id}
      projectId={projectId}
      campaignId={one(query.campaign)}
      reviseId={one(query.revise)}
      preferences={preferences}
    />
  );
}
