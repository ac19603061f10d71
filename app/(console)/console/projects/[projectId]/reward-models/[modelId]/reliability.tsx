"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback } from "react";
import { PlotFigure } from "@/app/components/plot-figure";
import type { EvaluationReport } from "@/trainer/format/evaluation";

type Plot = typeof import("@observablehq/plot");
type Bin = EvaluationReport["reliability"][number];

/** How often the model is right against how sure it is; the diagonal is perfect calibration. Dot area follows n. */
export function Reliability({ bins }: { bins: Bin[] }) {
  const t = useTranslations("console.rewardModels.reliability");
  const format = useFormatter();
  const share = (value: number | null) =>
    value === null ? "–" : format.number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const options = useCallback(
    (plot: Plot) => {
      const filled = bins.filter((bin) => bin.n > 0);
      return {
        marginLeft: 48,
        x: { domain: [0.5, 1], label: t("confidence") },
        y: { domain: [0, 1], label: t("accuracy"), grid: true },
        r: { range: [3, 12] },
        marks: [
          plot.line(
            [
              [0.5, 0.5],
              [1, 1],
            ],
            { stroke: "var(--c-line-strong)", strokeDasharray: "4 4" },
          ),
          plot.line(filled, { x: "confidence", y: "accuracy", stroke: "var(--c-accent)" }),
          plot.dot(filled, { x: "confidence", y: "accuracy", r: "n", fill: "var(--c-accent)", fillOpacity: 0.75 }),
        ],
      };
    },
    [bins, t],
  );
  return (
    <div className="max-w-2xl">
      <PlotFigure
        title={t("title")}
        caption={t("caption")}
        options={options}
        table={{
          rows: bins,
          rowKey: (bin) => String(bin.from),
          columns: [
            { key: "bin", header: t("bin"), cell: (bin) => `${share(bin.from)}–${share(bin.to)}` },
            { key: "n", header: "n", numeric: true, cell: (bin) => bin.n },
            { key: "confidence", header: t("confidence"), numeric: true, cell: (bin) => share(bin.confidence) },
            { key: "accuracy", header: t("accuracy"), numeric: true, cell: (bin) => share(bin.accuracy) },
          ],
        }}
      />
    </div>
  );
}
