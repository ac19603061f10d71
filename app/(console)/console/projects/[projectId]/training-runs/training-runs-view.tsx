"use client";
import { Play } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Button } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { EmptyState, ErrorState, ProgressBar } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { listTrainingRuns, type TrainingRun } from "@/lib/contracts/training-runs";
import { StateBadge } from "../state-badge";
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
  const start = (
    <Button icon={<Play size={16} aria-hidden />} onClick={() => setStarting(true)}>
      {t("start")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={start} />
      {runs.error && <ErrorState error={runs.error} className="mb-4" onRetry={() => runs.refetch()} />}
      {!runs.error && (
        <Table
          label={t("title")}
          rows={runs.data?.trainingRuns ?? []}
          rowKey={(run) => run.id}
          loading={runs.isPending}
          empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
          columns={[
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
          ]}
        />
      )}
      {starting && <StartTraining projectId={projectId} onClose={() => setStarting(false)} />}
    </>
  );
}
