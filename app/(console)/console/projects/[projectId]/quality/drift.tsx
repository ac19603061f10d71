"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { Section } from "@/app/components/card";
import { PlotFigure } from "@/app/components/plot-figure";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useRead } from "@/lib/client/console/use-endpoint";
import { type DriftWeek, getDrift } from "@/lib/contracts/quality";
import { type Scope, SharePercent } from "./figures";

type Plot = typeof import("@observablehq/plot");

/** Strong to weak, with a hue and a dash each, so that the lines are told apart without colour. */
const LINES = [
  { key: "significantlyBetter", stroke: "var(--c-accent)", dash: "" },
  { key: "better", stroke: "var(--c-side-b)", dash: "6 3" },
  { key: "slightlyBetter", stroke: "var(--c-warn)", dash: "2 3" },
  { key: "negligiblyBetter", stroke: "var(--c-line-strong)", dash: "8 3 2 3" },
] as const;

/** Share of the height that a line's name needs. */
const LABEL_GAP = 0.08;

/** Where the names stand: at the ends of their lines, or above one another where those meet. */
function spread(week: DriftWeek | undefined): Record<(typeof LINES)[number]["key"], number> {
  let floor = Number.NEGATIVE_INFINITY;
  const placed = LINES.map(({ key }) => ({ key, y: week?.[key]?.share ?? 0 }))
    .sort((a, b) => a.y - b.y)
    .map(({ key, y }) => {
      floor = Math.max(y, floor + LABEL_GAP);
      return [key, floor] as const;
    });
  return Object.fromEntries(placed) as Record<(typeof LINES)[number]["key"], number>;
}

export function DriftSection({ projectId, campaignId }: Scope) {
  const t = useTranslations("console.quality.drift");
  const format = useFormatter();
  const drift = useRead(getDrift, { params: { projectId }, query: { campaignId } });
  const weeks = useMemo(() => drift.data?.weeks ?? [], [drift.data]);
  const labelAt = useMemo(() => spread(weeks.at(-1)), [weeks]);
  const options = useCallback(
    (plot: Plot) => ({
      marginRight: 96,
      x: { label: null, type: "utc" as const },
      y: { label: t("share"), grid: true, domain: [0, 1], tickFormat: "%" },
      marks: LINES.flatMap(({ key, stroke, dash }) => {
        const points = weeks.map((week) => ({ x: new Date(week.week), y: week[key]?.share ?? 0 }));
        const line = { x: "x", y: "y", stroke, strokeDasharray: dash, strokeWidth: 2, marker: "dot" as const };
        const label = { x: "x", y: "y", text: () => t(`strengths.${key}`), dx: 8, textAnchor: "start" as const };
        const end = points.slice(-1).map(({ x }) => ({ x, y: labelAt[key] }));
        return [plot.lineY(points, line), plot.text(end, { ...label, fill: stroke })];
      }),
    }),
    [weeks, labelAt, t],
  );
  return (
    <Section title={t("title")} description={t("description")}>
      {drift.error ? (
        <ErrorState error={drift.error} onRetry={() => drift.refetch()} />
      ) : !drift.data ? (
        <Skeleton className="h-48" />
      ) : weeks.length === 0 ? (
        <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>
      ) : (
        <div className="flex flex-col gap-6">
          <PlotFigure
            title={t("chart")}
            caption={t("reference")}
            options={options}
            table={{
              rows: weeks,
              rowKey: (week) => week.week,
              columns: [
                {
                  key: "week",
                  header: t("week"),
                  cell: (week) => format.dateTime(new Date(week.week), { dateStyle: "medium", timeZone: "UTC" }),
                },
                { key: "judgements", header: t("judgements"), numeric: true, cell: (week) => week.judgements },
                ...LINES.map(({ key }) => ({
                  key,
                  header: t(`strengths.${key}`),
                  cell: (week: (typeof weeks)[number]) => <SharePercent share={week[key]} />,
                })),
              ],
            }}
          />
          <Consistency weeks={weeks} />
        </div>
      )}
    </Section>
  );
}

/** How often people answer their own earlier judgements, asked again with sides swapped, as the first time. */
function Consistency({ weeks }: { weeks: DriftWeek[] }) {
  const t = useTranslations("console.quality.drift");
  const format = useFormatter();
  const rows = useMemo(
    () =>
      weeks.flatMap(({ week, selfConsistency }) =>
        selfConsistency
          ? [
              {
                week,
                at: new Date(week),
                all: selfConsistency,
                share: selfConsistency.share,
                low: selfConsistency.interval[0],
                high: selfConsistency.interval[1],
              },
            ]
          : [],
      ),
    [weeks],
  );
  const options = useCallback(
    (plot: Plot) => ({
      x: { label: null, type: "utc" as const },
      y: { label: t("share"), grid: true, domain: [0, 1], tickFormat: "%" },
      marks: [
        plot.ruleX(rows, { x: "at", y1: "low", y2: "high", stroke: "var(--c-line-strong)", strokeWidth: 2 }),
        plot.lineY(rows, { x: "at", y: "share", stroke: "var(--c-accent)", strokeWidth: 2, marker: "dot" as const }),
      ],
    }),
    [rows, t],
  );
  if (rows.length === 0) return <p className="text-sm text-muted">{t("noConsistency")}</p>;
  return (
    <PlotFigure
      title={t("consistency")}
      caption={t("consistencyHint")}
      options={options}
      height={180}
      table={{
        rows,
        rowKey: (row) => row.week,
        columns: [
          {
            key: "week",
            header: t("week"),
            cell: (row) => format.dateTime(row.at, { dateStyle: "medium", timeZone: "UTC" }),
          },
          { key: "mirrors", header: t("askedAgain"), numeric: true, cell: (row) => row.all.n },
          { key: "share", header: t("consistency"), cell: (row) => <SharePercent share={row.all} /> },
        ],
      }}
    />
  );
}
