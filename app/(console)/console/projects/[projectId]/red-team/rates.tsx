"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { Section } from "@/app/components/card";
import { PlotFigure } from "@/app/components/plot-figure";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { type Column, Table } from "@/app/components/table";
import { useRead } from "@/lib/client/console/use-endpoint";
import {
  type Gamma,
  getViolationRates,
  type RoundRate,
  type VariantRate,
  type WeekRate,
} from "@/lib/contracts/red-team";
import { Interval, NotMeasured } from "../quality/figures";

type Plot = typeof import("@observablehq/plot");
type T = ReturnType<typeof useTranslations<"console.redTeam.rates">>;
interface Rate {
  judgements: number;
  violations: number;
  hours: number;
  gamma: Gamma;
}

const GammaCell = ({ gamma }: { gamma: Gamma }) =>
  gamma ? <Interval value={gamma.perHour} interval={gamma.interval} digits={2} /> : <NotMeasured />;

/** What every rate's table shows. */
function rateColumns<Row extends Rate>(t: T, number: (value: number) => string): Column<Row>[] {
  return [
    { key: "judgements", header: t("judgements"), numeric: true, cell: (row) => number(row.judgements) },
    { key: "hours", header: t("hours"), numeric: true, cell: (row) => number(row.hours) },
    { key: "violations", header: t("violations"), numeric: true, cell: (row) => number(row.violations) },
    { key: "gamma", header: t("gamma"), cell: (row) => <GammaCell gamma={row.gamma} /> },
  ];
}

export function RatesSection({ projectId, campaignId }: { projectId: string; campaignId: string | undefined }) {
  const t = useTranslations("console.redTeam.rates");
  const format = useFormatter();
  const rates = useRead(getViolationRates, { params: { projectId }, query: { campaignId } });
  const number = (value: number) => format.number(value, { maximumFractionDigits: 1 });
  const { data } = rates;
  return (
    <Section title={t("title")} description={t("description")}>
      {rates.error ? (
        <ErrorState error={rates.error} onRetry={() => rates.refetch()} />
      ) : !data ? (
        <Skeleton className="h-48" />
      ) : data.weeks.length === 0 ? (
        <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>
      ) : (
        <div className="flex flex-col gap-6">
          <Table<VariantRate>
            label={t("byVariant")}
            rows={data.variants}
            rowKey={(row) => row.variantId}
            empty={<p className="text-muted">{t("noVariants")}</p>}
            columns={[
              {
                key: "variant",
                header: t("variant"),
                cell: (row) => (row.policy === row.variant ? row.policy : `${row.policy} · ${row.variant}`),
                className: "min-w-40",
              },
              { key: "generation", header: t("generation"), numeric: true, cell: (row) => row.generation },
              ...rateColumns<VariantRate>(t, number),
            ]}
          />
          <WeekChart weeks={data.weeks} />
          <Table<RoundRate>
            label={t("byRound")}
            rows={data.rounds}
            rowKey={(row) => String(row.round)}
            columns={[
              {
                key: "round",
                header: t("round"),
                cell: ({ round }) => (round === null ? t("sinceLast") : t("roundName", { round })),
              },
              ...rateColumns<RoundRate>(t, number),
            ]}
          />
          <p className="text-sm text-muted">{t("legend")}</p>
        </div>
      )}
    </Section>
  );
}

function WeekChart({ weeks }: { weeks: WeekRate[] }) {
  const t = useTranslations("console.redTeam.rates");
  const format = useFormatter();
  const points = useMemo(
    () =>
      weeks.flatMap(({ week, gamma }) =>
        gamma ? [{ x: new Date(week), y: gamma.perHour, low: gamma.interval[0], high: gamma.interval[1] }] : [],
      ),
    [weeks],
  );
  const options = useCallback(
    (plot: Plot) => ({
      x: { label: null, type: "utc" as const },
      y: { label: t("gamma"), grid: true, zero: true },
      marks: [
        plot.ruleX(points, { x: "x", y1: "low", y2: "high", stroke: "var(--c-line-strong)", strokeWidth: 2 }),
        plot.lineY(points, { x: "x", y: "y", stroke: "var(--c-accent)", strokeWidth: 2, marker: "dot" as const }),
      ],
    }),
    [points, t],
  );
  const number = (value: number) => format.number(value, { maximumFractionDigits: 1 });
  return (
    <PlotFigure<WeekRate>
      title={t("chart")}
      caption={t("reference")}
      options={options}
      table={{
        rows: weeks,
        rowKey: ({ week }) => week,
        columns: [
          {
            key: "week",
            header: t("week"),
            cell: ({ week }) => format.dateTime(new Date(week), { dateStyle: "medium", timeZone: "UTC" }),
          },
          ...rateColumns<WeekRate>(t, number),
        ],
      }}
    />
  );
}
