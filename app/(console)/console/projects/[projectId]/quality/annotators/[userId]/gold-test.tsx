"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Section } from "@/app/components/card";
import { PlotFigure } from "@/app/components/plot-figure";
import { EmptyState } from "@/app/components/states";
import type { AnnotatorDetails } from "@/lib/contracts/annotators";
import { SharePercent } from "../../figures";

type Plot = typeof import("@observablehq/plot");

const TICKS_MAX = 10;
/** Whole numbers from 1: there is no half answer. */
function wholeTicks(n: number): number[] {
  const step = Math.ceil(n / TICKS_MAX);
  return Array.from({ length: Math.floor((n - 1) / step) + 1 }, (_, index) => 1 + index * step);
}

/** The path of the sequential test between its two boundaries. */
export function GoldTestSection({ annotator }: { annotator: AnnotatorDetails }) {
  const t = useTranslations("console.annotator.gold");
  const format = useFormatter();
  const { goldTest, gold, testedSince } = annotator;
  const { upper, lower } = goldTest;
  const digits = (value: number) => format.number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const points = useMemo(() => goldTest.steps.map((step, index) => ({ ...step, n: index + 1 })), [goldTest.steps]);
  const options = useCallback(
    (plot: Plot) => ({
      marginRight: 72,
      x: { label: t("answer"), tickFormat: "d", ticks: wholeTicks(points.length) },
      y: { label: t("logRatio"), grid: true, domain: [Math.min(lower, -1) - 0.5, upper + 0.5] },
      marks: [
        plot.ruleY([0], { stroke: "var(--c-line-strong)" }),
        plot.ruleY([upper], { stroke: "var(--c-danger)", strokeDasharray: "6 3", strokeWidth: 2 }),
        plot.ruleY([lower], { stroke: "var(--c-done)", strokeDasharray: "2 3", strokeWidth: 2 }),
        plot.text([{ y: upper, label: t("pauseAt") }], {
          y: "y",
          text: "label",
          frameAnchor: "right",
          dx: 66,
          fill: "var(--c-danger)",
        }),
        plot.text([{ y: lower, label: t("passAt") }], {
          y: "y",
          text: "label",
          frameAnchor: "right",
          dx: 66,
          fill: "var(--c-done)",
        }),
        plot.lineY(points, { x: "n", y: "logRatio", stroke: "var(--c-accent)", strokeWidth: 2 }),
        plot.dot(points, {
          x: "n",
          y: "logRatio",
          stroke: "var(--c-accent)",
          fill: (point: (typeof points)[number]) => (point.right ? "var(--c-surface)" : "var(--c-accent)"),
        }),
      ],
    }),
    [points, upper, lower, t],
  );
  return (
    <Section title={t("title")} description={t("description")}>
      <p className="mb-3 flex flex-wrap gap-x-6 gap-y-1">
        <span>
          {t("right")} <SharePercent share={gold} />
        </span>
        <span className="text-muted">{t("seen", { count: gold?.n ?? 0 })}</span>
        <span className="text-muted">
          {t("state", { ratio: digits(goldTest.logRatio), lower: digits(lower), upper: digits(upper) })}
        </span>
        {testedSince && (
          <span className="text-muted">
            {t("since")} <When at={testedSince} />
          </span>
        )}
      </p>
      {points.length === 0 ? (
        <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>
      ) : (
        <PlotFigure
          title={t("chart")}
          caption={t("caption")}
          options={options}
          table={{
            rows: points,
            rowKey: (point) => String(point.n),
            columns: [
              { key: "n", header: t("answer"), numeric: true, cell: (point) => point.n },
              { key: "at", header: t("when"), cell: (point) => <When at={point.at} /> },
              { key: "right", header: t("result"), cell: (point) => (point.right ? t("wasRight") : t("wasWrong")) },
              { key: "ratio", header: t("logRatio"), numeric: true, cell: (point) => digits(point.logRatio) },
            ],
          }}
        />
      )}
    </Section>
  );
}
