import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { HistoryList } from "@/app/components/annotate/history-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("annotate.history"))("title") };
}

export default async function HistoryPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <HistoryList projectId={(await params).projectId} />;
}
