"use client";
import { useTranslations } from "next-intl";
import { FilterSelect } from "@/app/(console)/console/parts/filter-select";
import { PageHeader } from "@/app/components/card";
import { useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { listCampaigns } from "@/lib/contracts/campaigns";
import { AgreementSection } from "./agreement";
import { AnnotatorsSection } from "./annotators";
import { DriftSection } from "./drift";
import { PolicyLadder } from "./policy-ladder";
import { ProgressSection } from "./progress";

export function QualityView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.quality");
  const campaigns = useRead(listCampaigns, { params: { projectId } });
  const [campaignId, setCampaignId] = useFilter("campaign");
  const options = (campaigns.data?.rows ?? []).map(({ id, name }) => ({ value: id, label: name }));
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
        <ProgressSection projectId={projectId} campaignId={campaignId} />
        <AgreementSection projectId={projectId} campaignId={campaignId} />
        <AnnotatorsSection projectId={projectId} campaignId={campaignId} />
        <DriftSection projectId={projectId} campaignId={campaignId} />
        <PolicyLadder projectId={projectId} campaignId={campaignId} />
      </div>
    </>
  );
}
