"use client";
import { Download } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { EmptyState, ErrorState, ProgressBar } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { pathOf } from "@/lib/client/call";
import { useDownload } from "@/lib/client/console/download";
import { useRead } from "@/lib/client/console/use-endpoint";
import { type CampaignProgress, exportHours, getProgress } from "@/lib/contracts/quality";
import { NotMeasured, type Scope } from "./figures";

export function ProgressSection({ projectId, campaignId }: Scope) {
  const t = useTranslations("console.quality.progress");
  const format = useFormatter();
  const progress = useRead(getProgress, { params: { projectId } });
  const download = useDownload();
  const rows = (progress.data?.campaigns ?? []).filter((row) => !campaignId || row.campaignId === campaignId);
  const path = pathOf(exportHours.path, { projectId }, { campaignId });
  const hours = (
    <Button
      size="sm"
      icon={<Download size={14} aria-hidden />}
      busy={download.isPending}
      onClick={() => download.mutate(path)}
    >
      {t("hours")}
    </Button>
  );
  const error = progress.error ?? download.error;
  return (
    <Section title={t("title")} description={t("description")} actions={hours}>
      {error && <ErrorState error={error} className="mb-3" />}
      <Table<CampaignProgress>
        label={t("title")}
        rows={rows}
        rowKey={(row) => row.campaignId}
        loading={progress.isPending}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "name", header: t("campaign"), cell: (row) => row.name, className: "min-w-40" },
          { key: "done", header: t("judgements"), cell: (row) => <Done row={row} />, className: "min-w-40" },
          {
            key: "pace",
            header: t("perDay"),
            numeric: true,
            cell: (row) => format.number(row.perDay, { maximumFractionDigits: 1 }),
          },
          { key: "left", header: t("left"), cell: (row) => <DaysLeft row={row} />, className: "min-w-32" },
        ]}
      />
    </Section>
  );
}

function Done({ row }: { row: CampaignProgress }) {
  const t = useTranslations("console.quality.progress");
  const text = t("of", { done: row.judgements, all: row.judgementsWanted });
  return (
    <>
      <span className="text-sm tabular-nums">{text}</span>
      <ProgressBar
        className="mt-1"
        fraction={row.judgementsWanted === 0 ? 0 : row.judgements / row.judgementsWanted}
        label={text}
      />
    </>
  );
}

function DaysLeft({ row }: { row: CampaignProgress }) {
  const t = useTranslations("console.quality.progress");
  const format = useFormatter();
  const days = (value: number) => format.number(Math.ceil(value));
  if (row.daysLeft === 0) return <span className="text-done">{t("finished")}</span>;
  if (row.daysLeft === null) return <NotMeasured />;
  const [early, late] = row.interval ?? [null, null];
  return (
    <span className="whitespace-nowrap tabular-nums">
      <span className="font-medium">{t("days", { count: Math.ceil(row.daysLeft) })}</span>
      {early !== null && (
        <span className="ml-1.5 text-sm text-muted">
          [{days(early)}, {late === null ? "∞" : days(late)}]
        </span>
      )}
    </span>
  );
}
