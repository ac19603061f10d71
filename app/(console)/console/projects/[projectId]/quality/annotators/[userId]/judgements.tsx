"use client";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { type Column, Table } from "@/app/components/table";
import { usePages } from "@/lib/client/console/use-pages";
import { type AnnotatorJudgement, listAnnotatorJudgements } from "@/lib/contracts/annotators";
import { SendNote } from "../../send-note";

export function JudgementsSection({ projectId, userId }: { projectId: string; userId: string }) {
  const t = useTranslations("console.annotator.judgements");
  const [about, setAbout] = useState<AnnotatorJudgement | null>(null);
  const page = usePages(
    listAnnotatorJudgements,
    { params: { projectId, userId }, query: {} },
    { rows: (found) => found.comparisons, next: (found) => (found.nextCursor ? { cursor: found.nextCursor } : null) },
  );
  const columns = useColumns(projectId, setAbout);
  return (
    <Section title={t("title")} description={t("description")}>
      {page.error && <ErrorState error={page.error} onRetry={page.refetch} className="mb-4" />}
      <Table
        label={t("title")}
        rows={page.rows}
        rowKey={(row) => row.id}
        loading={page.loading}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        onLoadMore={page.onLoadMore}
        loadingMore={page.loadingMore}
        columns={columns}
      />
      {about && (
        <SendNote
          projectId={projectId}
          to={{ userId }}
          about={{ comparisonId: about.id, excerpt: about.promptExcerpt }}
          onClose={() => setAbout(null)}
        />
      )}
    </Section>
  );
}

function useColumns(projectId: string, onNote: (row: AnnotatorJudgement) => void): Column<AnnotatorJudgement>[] {
  const t = useTranslations("console.annotator.judgements");
  const format = useFormatter();
  return [
    { key: "when", header: t("when"), cell: (row) => <When at={row.createdAt} /> },
    { key: "prompt", header: t("prompt"), cell: (row) => row.promptExcerpt, className: "min-w-56 break-words" },
    { key: "campaign", header: t("campaign"), cell: (row) => row.campaign, className: "min-w-32" },
    {
      key: "verdict",
      header: t("verdict"),
      className: "whitespace-nowrap",
      cell: (row) => t("step", { side: row.choseA ? "A" : "B", strength: t(`strengths.${row.strength}`) }),
    },
    {
      key: "seconds",
      header: t("seconds"),
      numeric: true,
      cell: (row) => format.number(row.durationMs / 1000, { maximumFractionDigits: 1 }),
    },
    {
      key: "marks",
      header: t("marks"),
      cell: (row) => (
        <span className="flex flex-wrap gap-1">
          {row.purpose !== "work" && <Badge>{t(`purposes.${row.purpose}`)}</Badge>}
          {row.passed !== null && (
            <Badge tone={row.passed ? "done" : "warn"}>
              {t(`${row.purpose === "gold" ? "gold" : "mirror"}.${row.passed ? "passed" : "failed"}`)}
            </Badge>
          )}
          {row.hasty && <Badge tone="warn">{t("hasty")}</Badge>}
          {row.changed && <Badge>{t("changed")}</Badge>}
        </span>
      ),
    },
    {
      key: "actions",
      header: <span className="sr-only">{t("actions")}</span>,
      className: "whitespace-nowrap",
      cell: (row) => (
        <span className="flex items-center gap-2">
          <Button size="sm" variant="ghost" onClick={() => onNote(row)}>
            {t("note")}
          </Button>
          {row.purpose === "work" && (
            <Link
              className="text-sm text-accent underline"
              href={`/console/projects/${projectId}/gold-items?item=${row.itemId}`}
            >
              {t("makeGold")}
            </Link>
          )}
        </span>
      ),
    },
  ];
}
