"use client";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { type Column, Table } from "@/app/components/table";
import { useRead } from "@/lib/client/console/use-endpoint";
import { type AnnotatorQuality, getAnnotatorQuality } from "@/lib/contracts/quality";
import { Interval, NotMeasured, type Scope, SharePercent } from "./figures";
import { SendNote } from "./send-note";

export function AnnotatorsSection({ projectId, campaignId }: Scope) {
  const t = useTranslations("console.quality.annotators");
  const people = useRead(getAnnotatorQuality, { params: { projectId }, query: { campaignId } });
  const [writing, setWriting] = useState(false);
  const columns = useColumns(projectId);
  const note = (
    <Button size="sm" onClick={() => setWriting(true)}>
      {t("noteToAll")}
    </Button>
  );
  return (
    <Section title={t("title")} description={t("description")} actions={note}>
      {people.error && <ErrorState error={people.error} onRetry={() => people.refetch()} />}
      <Table<AnnotatorQuality>
        label={t("title")}
        rows={people.data?.rows ?? []}
        rowKey={(row) => row.userId}
        loading={people.isPending}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={columns}
      />
      <p className="mt-3 text-sm text-muted">{t("legend")}</p>
      {writing && <SendNote projectId={projectId} to={null} onClose={() => setWriting(false)} />}
    </Section>
  );
}

function useColumns(projectId: string): Column<AnnotatorQuality>[] {
  const t = useTranslations("console.quality.annotators");
  const format = useFormatter();
  const oneDigit = (value: number) => format.number(value, { maximumFractionDigits: 1 });
  return [
    {
      key: "name",
      header: t("name"),
      className: "min-w-32",
      cell: (row) => (
        <Link
          className="text-accent underline"
          href={`/console/projects/${projectId}/quality/annotators/${row.userId}`}
        >
          {row.name}
        </Link>
      ),
    },
    {
      key: "state",
      header: t("state"),
      cell: (row) =>
        row.paused ? <Badge tone="warn">{t(`paused.${row.paused}`)}</Badge> : <Badge>{t("working")}</Badge>,
    },
    { key: "judgements", header: t("judgements"), numeric: true, cell: (row) => format.number(row.judgements) },
    { key: "hours", header: t("hours"), numeric: true, cell: (row) => oneDigit(row.hours) },
    {
      key: "pace",
      header: t("pace"),
      numeric: true,
      cell: (row) => (row.typicalSeconds === null ? <NotMeasured /> : oneDigit(row.typicalSeconds)),
    },
    { key: "agreement", header: t("agreement"), cell: (row) => <SharePercent share={row.agreement} /> },
    { key: "gold", header: t("gold"), cell: (row) => <SharePercent share={row.gold} /> },
    { key: "consistency", header: t("consistency"), cell: (row) => <SharePercent share={row.selfConsistency} /> },
    { key: "position", header: t("position"), cell: (row) => <SharePercent share={row.choseA} expected={0.5} /> },
    { key: "length", header: t("length"), cell: (row) => <SharePercent share={row.choseLonger} /> },
    {
      key: "inflation",
      header: t("inflation"),
      cell: ({ inflation }) =>
        inflation ? <Interval value={inflation.shift} interval={inflation.interval} digits={2} /> : <NotMeasured />,
    },
  ];
}
