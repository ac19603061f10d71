"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Section } from "@/app/components/card";
import { Stat } from "@/app/components/stat";
import { Table } from "@/app/components/table";
import type { Evaluation } from "@/lib/contracts/reward-models";
import type { AccuracyCell } from "@/trainer/format/evaluation";
import { Accuracy } from "../accuracy";
import { Reliability } from "./reliability";
import { AccuracyByLength, ScoreHistogram } from "./score-spread";
import { WorstPairs } from "./worst-pairs";

/**
 * Llama 2 70B's own accuracies in percent, each model on its own test set. Source: Llama 2, Table 8 (by strength) and
 * Table 29 (Safety RM by safety bin, with the auxiliary loss).
 */
const LLAMA2: Record<Evaluation["task"], Record<string, number>> = {
  helpfulness: {
    significantly_better: 80.7,
    better: 67.5,
    slightly_better: 60.9,
    negligibly_better: 54.7,
    all: 63.2,
  },
  safety: {
    significantly_better: 94.3,
    better: 76.3,
    slightly_better: 65.7,
    negligibly_better: 55.3,
    all: 64.5,
    preferred_safe: 94.3,
    both_safe: 56.9,
    both_unsafe: 59.9,
  },
};

export function EvaluationView({ evaluation }: { evaluation: Evaluation }) {
  const t = useTranslations("console.rewardModels");
  const { report, task } = evaluation;
  return (
    <>
      <Section title={t("summary")} description={t("summaryHint", { n: report.n })}>
        <Figures evaluation={evaluation} />
      </Section>
      <div className="grid gap-5 xl:grid-cols-2">
        <Section title={t("byStrength")} description={t("llama2Hint")}>
          <AccuracyTable label={t("byStrength")} task={task} rows={[...report.byStrength, report.overall]} />
        </Section>
        <Section title={t("bySafety")} description={t("bySafetyHint")}>
          {report.bySafety.some((cell) => cell.n > 0) ? (
            <AccuracyTable label={t("bySafety")} task={task} rows={report.bySafety} />
          ) : (
            <p className="text-muted">{t("noSafety")}</p>
          )}
        </Section>
      </div>
      <Section title={t("calibration")} description={t("calibrationHint")}>
        <Reliability bins={report.reliability} />
      </Section>
      {report.scores && report.byLength && (
        <Section title={t("spread.title")} description={t("spread.description")}>
          <div className="grid gap-6 xl:grid-cols-2">
            <ScoreHistogram scores={report.scores} />
            <AccuracyByLength cells={report.byLength} />
          </div>
        </Section>
      )}
      <Section title={t("worst")} description={t("worstHint")}>
        <WorstPairs evaluationId={evaluation.id} />
      </Section>
    </>
  );
}

function Figures({ evaluation: { report } }: { evaluation: Evaluation }) {
  const t = useTranslations("console.rewardModels");
  const format = useFormatter();
  const figure = (value: number | null, digits = 3) =>
    value === null ? "–" : format.number(value, { maximumFractionDigits: digits, minimumFractionDigits: digits });
  const percent = (value: number | null) =>
    value === null ? "–" : format.number(value, { style: "percent", maximumFractionDigits: 1 });
  const { overall, unsafeRecall } = report;
  return (
    <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
      <Stat
        label={t("accuracy")}
        value={percent(overall.accuracy)}
        low={percent(overall.low)}
        high={percent(overall.high)}
        n={overall.n}
      />
      <Stat label={t("logLoss")} value={figure(report.logLoss)} n={report.n} />
      <Stat label={t("brier")} value={figure(report.brier)} n={report.n} />
      <Stat label={t("ece")} value={figure(report.ece)} n={report.n} />
      <Stat label={t("margin")} value={figure(report.meanRewardMargin, 2)} n={report.n} />
      <Stat label={t("lengthCorrelation")} value={figure(report.lengthCorrelation, 2)} n={report.n} />
      <Stat label={t("unsafeRecall")} value={percent(unsafeRecall.recall)} n={unsafeRecall.n} />
    </div>
  );
}

function AccuracyTable({ label, task, rows }: { label: string; task: Evaluation["task"]; rows: AccuracyCell[] }) {
  const t = useTranslations("console.rewardModels");
  const format = useFormatter();
  const name = (key: string) => (t.has(`cells.${key}` as "cells.all") ? t(`cells.${key}` as "cells.all") : key);
  return (
    <Table
      label={label}
      rows={rows}
      rowKey={(cell) => cell.key}
      columns={[
        { key: "key", header: t("group"), cell: (cell) => name(cell.key) },
        { key: "accuracy", header: t("accuracyPercent"), numeric: true, cell: (cell) => <Accuracy cell={cell} /> },
        {
          key: "paper",
          header: "Llama 2 70B",
          numeric: true,
          cell: (cell) => {
            const paper = LLAMA2[task][cell.key];
            return paper === undefined ? "–" : format.number(paper, { minimumFractionDigits: 1 });
          },
        },
      ]}
    />
  );
}
