"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback, useState } from "react";
import { PlotFigure } from "@/app/components/plot-figure";
import type { MetricRow } from "@/lib/client/console/use-training-metrics";

type Plot = typeof import("@observablehq/plot");
const CHARTS = [
  "loss",
  "accuracy",
  "rewardMargin",
  "learningRate",
  "gradientNorm",
  "pairsPerSecond",
  "tokensPerSecond",
  "memory",
] as const;
type Chart = (typeof CHARTS)[number];
const BYTES_PER_MIB = 1024 ** 2;

/** One run's curve. */
export interface MetricSeries {
  id: string;
  name: string;
  rows: MetricRow[];
}
/** Each run has its hue and its dash, so that neither alone has to tell them apart. */
export const SERIES_STYLES = [
  { stroke: "var(--c-accent)", strokeDasharray: "none" },
  { stroke: "var(--c-side-b)", strokeDasharray: "6 3" },
  { stroke: "var(--c-done)", strokeDasharray: "2 3" },
  { stroke: "var(--c-danger)", strokeDasharray: "8 3 2 3" },
  { stroke: "var(--c-warn)", strokeDasharray: "4 2" },
  { stroke: "var(--c-side-a)", strokeDasharray: "1 2" },
] as const;
export const SERIES_MAX = SERIES_STYLES.length;

const metricOf = (chart: Chart, row: MetricRow): number =>
  chart === "memory" ? row.memoryBytes / BYTES_PER_MIB : row[chart];

/** The last row at or before a step; the last of all without one. */
function rowAt(rows: readonly MetricRow[], step: number | null): MetricRow | undefined {
  if (step === null) return rows.at(-1);
  return rows.findLast((row) => row.step <= step) ?? rows[0];
}

/** Small multiples over the steps of one run or of several; pointing at a step in one of them points in all. */
export function MetricCharts({ series }: { series: MetricSeries[] }) {
  const [step, setStep] = useState<number | null>(null);
  return (
    <div className="grid gap-6 md:grid-cols-2 xl:grid-cols-3">
      {CHARTS.map((chart) => (
        <MetricChart key={chart} chart={chart} series={series} step={step} onStep={setStep} />
      ))}
    </div>
  );
}

interface MetricChartProps {
  chart: Chart;
  series: MetricSeries[];
  step: number | null;
  onStep: (step: number | null) => void;
}

function MetricChart({ chart, series, step, onStep }: MetricChartProps) {
  const t = useTranslations("console.training.charts");
  const format = useFormatter();
  const number = (value: number) => format.number(value, { maximumSignificantDigits: 4 });
  const options = useChartOptions(chart, series);
  const said = series.flatMap(({ id, name, rows }) => {
    const row = rowAt(rows, step);
    if (!row) return [];
    const now = t("now", { value: number(metricOf(chart, row)), step: row.step });
    return [
      <span key={id} className="mr-3 inline-block">
        {series.length > 1 ? `${name}: ${now}` : now}
      </span>,
    ];
  });
  const flat = series.flatMap(({ id, name, rows }) => rows.map((row) => ({ id, name, row })));
  return (
    <PlotFigure
      title={t(chart)}
      caption={said}
      options={options}
      height={170}
      hover={{ x: step, onHover: onStep }}
      table={{
        rows: flat,
        rowKey: ({ id, row }) => `${id}-${row.step}`,
        columns: [
          ...(series.length > 1
            ? [{ key: "run", header: t("run"), cell: ({ name }: (typeof flat)[number]) => name }]
            : []),
          { key: "step", header: t("step"), numeric: true, cell: ({ row }) => row.step },
          { key: "value", header: t(chart), numeric: true, cell: ({ row }) => number(metricOf(chart, row)) },
          ...(chart === "accuracy"
            ? [
                {
                  key: "heldout",
                  header: t("heldout"),
                  numeric: true,
                  cell: ({ row }: (typeof flat)[number]) =>
                    row.heldoutAccuracy === null ? "–" : format.number(row.heldoutAccuracy, { style: "percent" }),
                },
              ]
            : []),
        ],
      }}
    />
  );
}

/** Held-out accuracy as dots where it was measured. */
function useChartOptions(chart: Chart, series: MetricSeries[]) {
  const t = useTranslations("console.training.charts");
  return useCallback(
    (plot: Plot) => ({
      marginLeft: 52,
      x: { label: t("step"), ticks: 5 },
      y: {
        label: null,
        grid: true,
        nice: true,
        ticks: 4,
        ...(chart === "accuracy" ? { domain: [0, 1] } : {}),
        ...(chart === "learningRate" ? { tickFormat: ".1e" } : {}),
      },
      marks: series.flatMap(({ rows }, index) => {
        const style = SERIES_STYLES[index % SERIES_MAX]!;
        const y = (row: MetricRow) => metricOf(chart, row);
        const heldout = chart === "accuracy" ? rows.filter((row) => row.heldoutAccuracy !== null) : [];
        const fill = series.length === 1 ? "var(--c-side-b)" : style.stroke;
        return [
          plot.lineY(rows, { x: "step", y, strokeWidth: 1.75, ...style }),
          ...(rows.length === 1 ? [plot.dot(rows, { x: "step", y, fill: style.stroke })] : []),
          plot.dot(heldout, { x: "step", y: "heldoutAccuracy", fill, r: 4, symbol: "diamond" }),
        ];
      }),
    }),
    [chart, series, t],
  );
}
