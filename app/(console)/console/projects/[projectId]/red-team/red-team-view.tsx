"use client";
import { useTranslations } from "next-intl";
import { FilterSelect } from "@/app/(console)/console/parts/filter-select";
import { PageHeader } from "@/app/components/card";
import { useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { listCampaigns } from "@/lib/contracts/campaigns";
import { BreaksSection } from "./breaks";
import { CoverageSection } from "./coverage";
import { ExposureSection } from "./exposure";
import { NoveltySection } from "./novelty";
import { RatesSection } from "./rates";

export function RedTeamView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.redTeam");
  const campaigns = useRead(listCampaigns, { params: { projectId } });
  const [campaignId, setCampaignId] = useFilter("campaign");
  const options = (campaigns.data?.rows ?? [])
    .filter(({ task, kind }) => task === "safety" || kind === "red_team")
    .map(({ id, name }) => ({ value: id, label: name }));
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <div className="mb-4">
        <FilterSelect
          label={t("campaign")}
          all={t("allCampaigns")}
          value={campaignId}
          options={options}
          onChange={setCampaignId}
        />
      </div>
      <div className="flex flex-col gap-6">
        <CoverageSection projectId={projectId} campaignId={campaignId} />
        <RatesSection projectId={projectId} campaignId={campaignId} />
        <BreaksSection projectId={projectId} />
        <NoveltySection projectId={projectId} />
        <ExposureSection projectId={projectId} />
      </div>
    </>
  );
}
