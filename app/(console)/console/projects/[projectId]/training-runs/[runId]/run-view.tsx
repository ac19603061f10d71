"use client";
import { useQueryClient } from "@tanstack/react-query";
import { Play, Square } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import { DetailsList } from "@/app/(console)/console/parts/details-list";
import { When } from "@/app/(console)/console/parts/when";
import { Button } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { ErrorState, ProgressBar, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { type MetricRow, metricsKey, useTrainingMetrics } from "@/lib/client/console/use-training-metrics";
import { cancelTrainingRun, getTrainingRun, resumeTrainingRun, type TrainingRun } from "@/lib/contracts/training-runs";
import { StateBadge } from "../../state-badge";
import { MetricCharts } from "./metric-charts";

const isActive = (run: TrainingRun | undefined) => run?.state === "running" || run?.state === "queued";

const NO_ROWS: MetricRow[] = [];

export function RunView({ projectId, runId }: { projectId: string; runId: string }) {
  const t = useTranslations("console.training");
  const run = useRead(
    getTrainingRun,
    { params: { trainingRunId: runId } },
    { pollWhile: (data) => (isActive(data) ? 1500 : false) },
  );
  const metrics = useTrainingMetrics(runId, isActive(run.data));
  const rows = metrics.data ?? NO_ROWS;
  const series = useMemo(() => [{ id: runId, name: runId, rows }], [runId, rows]);
  if (run.error) return <ErrorState error={run.error} onRetry={() => run.refetch()} />;
  if (!run.data) return <Skeleton className="h-96" />;
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-3">
            {t("runTitle", { task: t(`tasks.${run.data.task}`) })} <StateBadge state={run.data.state} />
          </span>
        }
        actions={<RunActions run={run.data} />}
      />
      {run.data.error && (
        <ErrorState title={t("failed")} error={{ message: run.data.error }} kept={t("kept")} className="mb-4" />
      )}
      <div className="flex flex-col gap-5">
        {isActive(run.data) && <LiveProgress run={run.data} last={rows.at(-1)} />}
        <Section title={t("curves")} description={t("curvesHint", { count: rows.length })}>
          {metrics.error && <ErrorState error={metrics.error} onRetry={() => metrics.refetch()} />}
          {rows.length > 0 && <MetricCharts series={series} />}
          {rows.length === 0 && !metrics.error && <p className="text-muted">{t("noSteps")}</p>}
        </Section>
        <div className="grid gap-5 lg:grid-cols-2">
          <RunFacts projectId={projectId} run={run.data} />
          <RunConfig run={run.data} />
        </div>
      </div>
    </>
  );
}

function RunActions({ run }: { run: TrainingRun }) {
  const t = useTranslations("console.training");
  const client = useQueryClient();
  const cancel = useAction(cancelTrainingRun);
  const resume = useAction(resumeTrainingRun);
  const params = { trainingRunId: run.id };
  // Resuming repeats the steps after the last checkpoint, so the curve is asked for from the start again.
  const restart = () => client.resetQueries({ queryKey: metricsKey(run.id) });
  const error = cancel.error ?? resume.error;
  return (
    <>
      {isActive(run) && (
        <Button
          busy={cancel.isPending || run.cancelRequested}
          icon={<Square size={14} aria-hidden />}
          onClick={() => cancel.mutate({ params })}
        >
          {run.cancelRequested ? t("stopping") : t("stop")}
        </Button>
      )}
      {(run.state === "cancelled" || run.state === "failed") && (
        <Button
          variant="primary"
          busy={resume.isPending}
          icon={<Play size={14} aria-hidden />}
          onClick={() => resume.mutate({ params }, { onSuccess: restart })}
        >
          {t("resume")}
        </Button>
      )}
      {error && <ErrorState error={error} />}
    </>
  );
}

/** Step, share, rate and the time left at that rate. */
function LiveProgress({ run, last }: { run: TrainingRun; last: MetricRow | undefined }) {
  const t = useTranslations("console.training");
  const format = useFormatter();
  const left = last && (last.stepsTotal - last.step) * (run.config.pairsPerStep / Math.max(last.pairsPerSecond, 1e-9));
  const text = last
    ? t("progress", {
        step: last.step,
        total: last.stepsTotal,
        rate: format.number(last.pairsPerSecond, { maximumFractionDigits: 1 }),
        minutes: format.number((left ?? 0) / 60, { maximumFractionDigits: 1 }),
      })
    : run.progress > 0
      ? t("reading", { share: format.number(run.progress, { style: "percent" }) })
      : t("preparing");
  return (
    <div>
      <p className="text-sm text-muted tabular-nums">{text}</p>
      <ProgressBar className="mt-1" fraction={run.state === "queued" ? null : run.progress} label={text} />
    </div>
  );
}

function RunFacts({ projectId, run }: { projectId: string; run: TrainingRun }) {
  const t = useTranslations("console.training");
  const base = `/console/projects/${projectId}`;
  const link = (href: string, text: string) => (
    <Link href={href} className="text-accent underline">
      {text}
    </Link>
  );
  return (
    <Section title={t("facts")}>
      <DetailsList
        entries={[
          { key: "base", name: t("baseModel"), value: run.baseModel },
          { key: "engine", name: t("engine"), value: run.engine ?? "–" },
          { key: "reason", name: t("engineReason"), value: run.engineReason ?? "–" },
          { key: "snapshot", name: t("snapshot"), value: link(`${base}/data?snapshot=${run.snapshotId}`, t("open")) },
          {
            key: "round",
            name: t("round"),
            value: run.roundId ? link(`${base}/rounds/${run.roundId}`, t("open")) : t("byHand"),
          },
          {
            key: "model",
            name: t("rewardModel"),
            value: run.rewardModelId ? link(`${base}/reward-models/${run.rewardModelId}`, t("open")) : t("notYet"),
          },
          { key: "created", name: t("created"), value: <When at={run.createdAt} /> },
          { key: "started", name: t("started"), value: <When at={run.startedAt} /> },
          { key: "finished", name: t("finished"), value: <When at={run.finishedAt} /> },
          { key: "folder", name: t("folder"), value: <code className="text-sm">{run.directory}</code> },
        ]}
      />
    </Section>
  );
}

function RunConfig({ run }: { run: TrainingRun }) {
  const t = useTranslations("console.training");
  const entries = Object.entries(run.config).map(([key, value]) => ({
    key,
    name: <code>{key}</code>,
    value: <code>{String(value)}</code>,
  }));
  return (
    <Section title={t("config")} description={t("configHint")}>
      <DetailsList entries={entries} />
    </Section>
  );
}
