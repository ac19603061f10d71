"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { PlotFigure } from "@/app/components/plot-figure";
import { type RewardCurvePoint, rewardCurve } from "@/lib/client/console/reward-curve";

type Plot = typeof import("@observablehq/plot");

/** Best and median combined reward against N. `groups`: rewards in sampling order. */
export function RewardCurve({ groups }: { groups: (number | null)[][] }) {
  const t = useTranslations("console.rejectionSampling");
  const format = useFormatter();
  const key = JSON.stringify(groups);
  const points = useMemo(() => rewardCurve(JSON.parse(key) as (number | null)[][]), [key]);
  const options = useCallback(
    (plot: Plot) => {
      // Above and below the lines: where all samples score the same, the two ends meet.
      const label = (text: string, channel: "best" | "median", fill: string, dy: number) =>
        plot.text(points.slice(-1), { x: "n", y: channel, text: () => text, dx: 6, dy, textAnchor: "start", fill });
      return {
        marginLeft: 48,
        marginRight: 84,
        x: { label: t("samples"), ticks: Math.min(10, points.length), tickFormat: "d", domain: [1, points.length] },
        y: { label: t("combined"), grid: true, nice: true, tickFormat: ".3~f" },
        marks: [
          plot.areaY(points, { x: "n", y1: "median", y2: "best", fill: "var(--c-accent-soft)" }),
          plot.lineY(points, { x: "n", y: "best", stroke: "var(--c-accent)", strokeWidth: 2, marker: "dot" }),
          plot.lineY(points, {
            x: "n",
            y: "median",
            stroke: "var(--c-side-b)",
            strokeWidth: 2,
            strokeDasharray: "5 3",
          }),
          label(t("best"), "best", "var(--c-accent)", -6),
          label(t("median"), "median", "var(--c-side-b)", 6),
        ],
      };
    },
    [points, t],
  );
  if (points.length < 2) return <p className="text-muted">{t("noCurve")}</p>;
  const figure = (value: number) => format.number(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  return (
    <div className="max-w-3xl">
      <PlotFigure<RewardCurvePoint>
        title={t("curve")}
        caption={t("curveHint", { groups: points[0]!.groups })}
        options={options}
        table={{
          rows: points,
          rowKey: (point) => String(point.n),
          columns: [
            { key: "n", header: t("samples"), numeric: true, cell: (point) => point.n },
            { key: "groups", header: t("prompts"), numeric: true, cell: (point) => point.groups },
            { key: "best", header: t("best"), numeric: true, cell: (point) => figure(point.best) },
            { key: "median", header: t("median"), numeric: true, cell: (point) => figure(point.median) },
          ],
        }}
      />
    </div>
  );
}
