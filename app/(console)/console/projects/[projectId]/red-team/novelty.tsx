"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { Section } from "@/app/components/card";
import { PlotFigure } from "@/app/components/plot-figure";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useRead } from "@/lib/client/console/use-endpoint";
import { getPromptNovelty, type WrittenPrompt } from "@/lib/contracts/red-team";

type Plot = typeof import("@observablehq/plot");

export function NoveltySection({ projectId }: { projectId: string }) {
  const t = useTranslations("console.redTeam.novelty");
  const novelty = useRead(getPromptNovelty, { params: { projectId } });
  const { data } = novelty;
  return (
    <Section title={t("title")} description={t("description")}>
      {novelty.error ? (
        <ErrorState error={novelty.error} onRetry={() => novelty.refetch()} />
      ) : !data ? (
        <Skeleton className="h-48" />
      ) : data.measured === 0 ? (
        <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>
      ) : (
        <div className="flex flex-col gap-6">
          {data.unmeasured > 0 && (
            <p role="status" className="text-sm text-muted">
              {t("unmeasured", { count: data.unmeasured })}
            </p>
          )}
          <Distribution bins={data.bins} />
          <div className="grid gap-6 xl:grid-cols-2">
            <Written title={t("least")} rows={data.least} />
            <Written title={t("most")} rows={data.most} />
          </div>
        </div>
      )}
    </Section>
  );
}

function Distribution({ bins }: { bins: number[] }) {
  const t = useTranslations("console.redTeam.novelty");
  const format = useFormatter();
  const rows = useMemo(
    () => bins.map((n, index) => ({ low: index / bins.length, high: (index + 1) / bins.length, n })),
    [bins],
  );
  const options = useCallback(
    (plot: Plot) => ({
      x: { label: t("newness"), tickFormat: "%", domain: [0, 1] },
      y: { label: t("prompts"), grid: true },
      marks: [
        plot.rectY(rows, { x1: "low", x2: "high", y: "n", fill: "var(--c-accent)", inset: 1 }),
        plot.ruleY([0], { stroke: "var(--c-line-strong)" }),
      ],
    }),
    [rows, t],
  );
  const percent = (value: number) => format.number(value, { style: "percent" });
  return (
    <PlotFigure
      title={t("chart")}
      caption={t("chartHint")}
      options={options}
      height={200}
      table={{
        rows,
        rowKey: ({ low }) => String(low),
        columns: [
          { key: "range", header: t("newness"), cell: ({ low, high }) => `${percent(low)} – ${percent(high)}` },
          { key: "n", header: t("prompts"), numeric: true, cell: ({ n }) => format.number(n) },
        ],
      }}
    />
  );
}

function Written({ title, rows }: { title: string; rows: WrittenPrompt[] }) {
  const t = useTranslations("console.redTeam.novelty");
  const format = useFormatter();
  return (
    <div className="min-w-0">
      <h3 className="mb-1 font-medium">{title}</h3>
      <Table<WrittenPrompt>
        label={title}
        rows={rows}
        rowKey={(row) => row.messageId}
        columns={[
          {
            key: "novelty",
            header: t("newness"),
            numeric: true,
            cell: (row) => format.number(row.novelty, { style: "percent", maximumFractionDigits: 0 }),
          },
          {
            key: "prompt",
            header: t("prompt"),
            className: "min-w-60 break-words",
            cell: (row) => (
              <>
                <p className="line-clamp-2">{row.excerpt}</p>
                {row.nearest && (
                  <p className="line-clamp-1 text-sm text-muted">{t("nearest", { excerpt: row.nearest })}</p>
                )}
              </>
            ),
          },
        ]}
      />
    </div>
  );
}
