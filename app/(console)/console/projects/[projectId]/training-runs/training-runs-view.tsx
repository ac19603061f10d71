"use client";
import { Play } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Button, LinkButton } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { ListFilters } from "@/app/components/list/list-filters";
import { type ListColumn, ListTable } from "@/app/components/list/list-table";
import { ListTools } from "@/app/components/list/list-tools";
import { EmptyState, ErrorState, ProgressBar } from "@/app/components/states";
import type { ListFilter } from "@/lib/client/console/list/list-query";
import { useListAddress, useSelection } from "@/lib/client/console/list/use-list";
import { useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { listTrainingRuns, TRAINING_RUN_STATES, type TrainingRun } from "@/lib/contracts/training-runs";
import { StateBadge } from "../state-badge";
import { SERIES_MAX } from "./[runId]/metric-charts";
import { StartTraining } from "./start-training";

const isActive = (run: TrainingRun) => run.state === "running" || run.state === "queued";

export function TrainingRunsView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.training");
  const [starting, setStarting] = useState(false);
  const [roundId] = useFilter("roundId");
  const runs = useRead(
    listTrainingRuns,
    { params: { projectId }, query: { roundId, limit: 200 } },
    { pollWhile: (data) => (data?.trainingRuns.some(isActive) ? 1500 : false) },
  );
  const selection = useSelection("");
  const columns = useColumns(projectId);
  const filters = useListAddress(useFilters(), columns);
  const all = runs.data?.trainingRuns ?? [];
  const shown = all.filter(
    (run) => (filters.values.task ?? run.task) === run.task && (filters.values.state ?? run.state) === run.state,
  );
  const compared = [...selection.ids].slice(0, SERIES_MAX);
  const start = (
    <Button icon={<Play size={16} aria-hidden />} onClick={() => setStarting(true)}>
      {t("start")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={start} />
      {runs.error && <ErrorState error={runs.error} className="mb-4" onRetry={() => runs.refetch()} />}
      <ListFilters list={filters} />
      <ListTools screen="training-runs" projectId={projectId} list={filters} columns={columns} />
      {shown.length > 1 && (
        <div className="mb-3 flex min-h-11 flex-wrap items-center gap-3">
          {compared.length > 1 ? (
            <LinkButton
              size="sm"
              href={`/console/projects/${projectId}/training-runs/compare?runs=${compared.join(",")}`}
            >
              {t("compare", { count: compared.length })}
            </LinkButton>
          ) : (
            <p className="text-sm text-muted">{t("compareHint")}</p>
          )}
        </div>
      )}
      {!runs.error && (
        <ListTable
          label={t("title")}
          selection={selection}
          rowName={(run) => `${t(`tasks.${run.task}`)} ${run.id.slice(0, 8)}`}
          loadingMore={false}
          shown={filters.shown}
          columns={columns}
          rows={shown}
          rowKey={(run) => run.id}
          loading={runs.isPending}
          empty={
            all.length > 0 ? (
              <EmptyState title={t("noMatch")}>{t("noMatchHint")}</EmptyState>
            ) : (
              <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>
            )
          }
        />
      )}
      {starting && <StartTraining projectId={projectId} onClose={() => setStarting(false)} />}
    </>
  );
}

const TASKS = ["helpfulness", "safety"] as const;

function useFilters(): ListFilter[] {
  const t = useTranslations("console.training");
  const states = useTranslations("console.states");
  return [
    {
      name: "task",
      label: t("task"),
      kind: "select",
      options: TASKS.map((value) => ({ value, label: t(`tasks.${value}`) })),
    },
    {
      name: "state",
      label: t("state"),
      kind: "select",
      options: TRAINING_RUN_STATES.map((value) => ({ value, label: states(value) })),
    },
  ];
}

function useColumns(projectId: string): ListColumn<TrainingRun>[] {
  const t = useTranslations("console.training");
  return [
    {
      key: "task",
      header: t("task"),
      cell: (run) => (
        <Link className="text-accent underline" href={`/console/projects/${projectId}/training-runs/${run.id}`}>
          {t(`tasks.${run.task}`)}
        </Link>
      ),
    },
    {
      key: "state",
      header: t("state"),
      className: "min-w-32",
      cell: (run) => (
        <>
          <StateBadge state={run.state} />
          {run.state === "running" && (
            <ProgressBar className="mt-1.5" fraction={run.progress} label={t(`tasks.${run.task}`)} />
          )}
        </>
      ),
    },
    { key: "base", header: t("baseModel"), className: "max-w-56 truncate", cell: (run) => run.baseModel },
    { key: "engine", header: t("engine"), cell: (run) => run.engine ?? "–" },
    { key: "origin", header: t("origin"), cell: (run) => (run.roundId ? t("fromRound") : t("byHand")) },
    { key: "created", header: t("created"), cell: (run) => <When at={run.createdAt} /> },
  ];
}
