"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback } from "react";
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

const metricOf = (chart: Chart, row: MetricRow): number =>
  chart === "memory" ? row.memoryBytes / BYTES_PER_MIB : row[chart];

/** Small multiples over the steps; held-out accuracy as dots where it was measured. */
export function MetricCharts({ rows }: { rows: MetricRow[] }) {
  return (
    <div className="grid gap-6 md:grid-cols-2 xl:grid-cols-3">
      {CHARTS.map((chart) => (
        <MetricChart key={chart} chart={chart} rows={rows} />
      ))}
    </div>
  );
}

function MetricChart({ chart, rows }: { chart: Chart; rows: MetricRow[] }) {
  const t = useTranslations("console.training.charts");
  const format = useFormatter();
  const options = useCallback(
    (plot: Plot) => {
      const heldout = chart === "accuracy" ? rows.filter((row) => row.heldoutAccuracy !== null) : [];
      const y = (row: MetricRow) => metricOf(chart, row);
      return {
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
        marks: [
          plot.lineY(rows, { x: "step", y, stroke: "var(--c-accent)", strokeWidth: 1.75 }),
          ...(rows.length === 1 ? [plot.dot(rows, { x: "step", y, fill: "var(--c-accent)" })] : []),
          plot.dot(heldout, { x: "step", y: "heldoutAccuracy", fill: "var(--c-side-b)", r: 4, symbol: "diamond" }),
          plot.ruleX(rows, plot.pointerX({ x: "step", stroke: "var(--c-line-strong)" })),
          plot.text(
            rows,
            plot.pointerX({
              x: "step",
              y,
              text: (row: MetricRow) => y(row).toPrecision(4),
              dy: -10,
              fill: "var(--c-ink)",
              stroke: "var(--c-surface)",
              strokeWidth: 4,
            }),
          ),
        ],
      };
    },
    [chart, rows, t],
  );
  const last = rows.at(-1);
  return (
    <PlotFigure
      title={t(chart)}
      caption={
        last &&
        t("now", { value: format.number(metricOf(chart, last), { maximumSignificantDigits: 4 }), step: last.step })
      }
      options={options}
      height={170}
      table={{
        rows,
        rowKey: (row) => String(row.step),
        columns: [
          { key: "step", header: t("step"), numeric: true, cell: (row) => row.step },
          {
            key: "value",
            header: t(chart),
            numeric: true,
            cell: (row) => format.number(metricOf(chart, row), { maximumSignificantDigits: 4 }),
          },
          ...(chart === "accuracy"
            ? [
                {
                  key: "heldout",
                  header: t("heldout"),
                  numeric: true,
                  cell: (row: MetricRow) =>
                    row.heldoutAccuracy === null ? "–" : format.number(row.heldoutAccuracy, { style: "percent" }),
                },
              ]
            : []),
        ],
      }}
    />
  );
}
