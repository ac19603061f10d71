"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Section } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useRead } from "@/lib/client/console/use-endpoint";
import { type AnnotatorQuality, getAnnotatorQuality } from "@/lib/contracts/quality";
import { Interval, NotMeasured, type Scope, SharePercent } from "./figures";

export function AnnotatorsSection({ projectId, campaignId }: Scope) {
  const t = useTranslations("console.quality.annotators");
  const format = useFormatter();
  const people = useRead(getAnnotatorQuality, { params: { projectId }, query: { campaignId } });
  const oneDigit = (value: number) => format.number(value, { maximumFractionDigits: 1 });
  return (
    <Section title={t("title")} description={t("description")}>
      {people.error && <ErrorState error={people.error} onRetry={() => people.refetch()} />}
      <Table<AnnotatorQuality>
        label={t("title")}
        rows={people.data?.rows ?? []}
        rowKey={(row) => row.userId}
        loading={people.isPending}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "name", header: t("name"), cell: (row) => row.name, className: "min-w-32" },
          { key: "judgements", header: t("judgements"), numeric: true, cell: (row) => format.number(row.judgements) },
          { key: "hours", header: t("hours"), numeric: true, cell: (row) => oneDigit(row.hours) },
          {
            key: "pace",
            header: t("pace"),
            numeric: true,
            cell: (row) => (row.typicalSeconds === null ? <NotMeasured /> : oneDigit(row.typicalSeconds)),
          },
          { key: "agreement", header: t("agreement"), cell: (row) => <SharePercent share={row.agreement} /> },
          { key: "position", header: t("position"), cell: (row) => <SharePercent share={row.choseA} expected={0.5} /> },
          { key: "length", header: t("length"), cell: (row) => <SharePercent share={row.choseLonger} /> },
          {
            key: "inflation",
            header: t("inflation"),
            cell: ({ inflation }) =>
              inflation ? (
                <Interval value={inflation.shift} interval={inflation.interval} digits={2} />
              ) : (
                <NotMeasured />
              ),
          },
        ]}
      />
      <p className="mt-3 text-sm text-muted">{t("legend")}</p>
    </Section>
  );
}
