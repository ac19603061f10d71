import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { MyStatistics } from "@/app/components/annotate/my-statistics";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("annotate.statistics"))("title") };
}

export default async function MyStatisticsPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <MyStatistics projectId={(await params).projectId} />;
}
