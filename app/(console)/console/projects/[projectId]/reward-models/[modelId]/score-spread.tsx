"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback } from "react";
import { PlotFigure } from "@/app/components/plot-figure";
import type { EvaluationReport } from "@/trainer/format/evaluation";
import { Accuracy } from "../accuracy";

type Plot = typeof import("@observablehq/plot");
type Scores = NonNullable<EvaluationReport["scores"]>;
type Lengths = NonNullable<EvaluationReport["byLength"]>;

/** How the scores of chosen and rejected answers spread within each safety bin. */
export function ScoreHistogram({ scores }: { scores: Scores }) {
  const t = useTranslations("console.rewardModels.spread");
  const cells = useTranslations("console.rewardModels.cells");
  const format = useFormatter();
  const bars = scores.flatMap(({ safety, response, counts }) =>
    counts.map((count, bin) => ({
      name: safety === "none" ? t("noBin") : cells(safety as "both_safe"),
      response,
      from: bin / counts.length,
      to: (bin + 1) / counts.length,
      count,
    })),
  );
  const key = JSON.stringify(bars);
  const options = useCallback(
    (plot: Plot) => {
      const rows = JSON.parse(key) as typeof bars;
      const of = (response: string) => rows.filter((row) => row.response === response);
      const box = { x1: "from", x2: "to", y: "count", fy: "name", insetLeft: 0.5, insetRight: 0.5 };
      return {
        marginLeft: 44,
        marginRight: 140,
        x: { domain: [0, 1], label: t("score") },
        y: { label: t("answers"), grid: true, ticks: 3 },
        fy: { label: null },
        marks: [
          plot.rectY(of("chosen"), { ...box, fill: "var(--c-accent)", fillOpacity: 0.55 }),
          plot.rectY(of("rejected"), { ...box, stroke: "var(--c-side-b)", fill: "none", strokeWidth: 1.5 }),
        ],
      };
    },
    [key, t],
  );
  const bins = new Set(bars.map(({ name }) => name)).size;
  const share = (value: number) => format.number(value, { minimumFractionDigits: 2 });
  return (
    <PlotFigure
      title={t("histogram")}
      caption={t("histogramHint")}
      options={options}
      height={60 + 110 * bins}
      table={{
        rows: bars.filter(({ count }) => count > 0),
        rowKey: (bar) => `${bar.name}-${bar.response}-${bar.from}`,
        columns: [
          { key: "bin", header: t("bin"), cell: (bar) => bar.name },
          { key: "response", header: t("response"), cell: (bar) => t(bar.response) },
          { key: "score", header: t("score"), cell: (bar) => `${share(bar.from)}–${share(bar.to)}` },
          { key: "count", header: t("answers"), numeric: true, cell: (bar) => bar.count },
        ],
      }}
    />
  );
}

/** A model that leans on length is right where the chosen answer is longer and wrong where it is shorter. */
export function AccuracyByLength({ cells }: { cells: Lengths }) {
  const t = useTranslations("console.rewardModels.spread");
  const format = useFormatter();
  const percent = (value: number) => format.number(value, { style: "percent", signDisplay: "exceptZero" });
  const key = JSON.stringify(cells);
  const options = useCallback(
    (plot: Plot) => {
      const rows = (JSON.parse(key) as Lengths).filter(({ n }) => n > 0);
      const middle = (cell: Lengths[number]) => (cell.from + cell.to) / 2;
      return {
        marginLeft: 48,
        x: { domain: [-1, 1], label: t("difference"), tickFormat: "+.0%" },
        y: { domain: [0, 1], label: t("accuracy"), grid: true, tickFormat: ".0%" },
        marks: [
          plot.ruleY([0.5], { stroke: "var(--c-line-strong)", strokeDasharray: "4 4" }),
          plot.ruleX([0], { stroke: "var(--c-line-strong)" }),
          plot.ruleX(rows, { x: middle, y1: "low", y2: "high", stroke: "var(--c-accent)" }),
          plot.line(rows, { x: middle, y: "accuracy", stroke: "var(--c-accent)", strokeWidth: 1.5 }),
          plot.dot(rows, { x: middle, y: "accuracy", fill: "var(--c-accent)", r: 4 }),
        ],
      };
    },
    [key, t],
  );
  return (
    <PlotFigure
      title={t("byLength")}
      caption={t("byLengthHint")}
      options={options}
      table={{
        rows: cells,
        rowKey: (cell) => cell.key,
        columns: [
          {
            key: "difference",
            header: t("difference"),
            cell: (cell) => t("range", { from: percent(cell.from), to: percent(cell.to) }),
          },
          { key: "accuracy", header: t("accuracyPercent"), numeric: true, cell: (cell) => <Accuracy cell={cell} /> },
        ],
      }}
    />
  );
}
