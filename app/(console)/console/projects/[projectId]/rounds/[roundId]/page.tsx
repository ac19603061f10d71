import { getTranslations } from "next-intl/server";
import { titled } from "@/app/(console)/console/page-title";
import { PageHeader } from "@/app/components/card";
import { RoundDetail } from "../../round-detail";

export const generateMetadata = titled("pages.rounds");

export default async function RoundPage({ params }: { params: Promise<{ projectId: string; roundId: string }> }) {
  const { projectId, roundId } = await params;
  const t = await getTranslations("console.rounds");
  return (
    <>
      <PageHeader title={t("title")} />
      <RoundDetail projectId={projectId} roundId={roundId} />
    </>
  );
}
