"use client";
/** Several training runs side by side: the runs, their curves, their data sets and how their models did on held-out pairs. */
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Evaluation, listEvaluations } from "@/lib/contracts/reward-models";
import { getSnapshot, type Snapshot } from "@/lib/contracts/snapshots";
import { getTrainingRun, type TrainingRun } from "@/lib/contracts/training-runs";
import { callFor } from "../call";
import type { ProblemError } from "../problem";
import { fetchMetrics, type MetricRow, metricsKey } from "./use-training-metrics";

export interface ComparedRun {
  run: TrainingRun;
  rows: MetricRow[];
  snapshot: Snapshot | undefined;
  /** The newest of the run's model; undefined while there is none. */
  evaluation: Evaluation | undefined;
}

const NO_ROWS: MetricRow[] = [];

export function useComparedRuns(projectId: string, ids: string[]) {
  const client = useQueryClient();
  const runs = useQueries({
    queries: ids.map((trainingRunId) => ({
      queryKey: [getTrainingRun.path, { trainingRunId }, null],
      queryFn: ({ signal }: { signal: AbortSignal }) => callFor(getTrainingRun, { params: { trainingRunId }, signal }),
    })),
  });
  const metrics = useQueries({
    queries: ids.map((id) => ({
      queryKey: metricsKey(id),
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchMetrics(client, id, signal),
    })),
    combine: (results) => results.map(({ data }) => data ?? NO_ROWS),
  });
  const known = runs.flatMap(({ data }) => (data ? [data] : []));
  const snapshots = useQueries({
    queries: [...new Set(known.map((run) => run.snapshotId))].map((id) => ({
      queryKey: [getSnapshot.path, { id }, null],
      queryFn: ({ signal }: { signal: AbortSignal }) => callFor(getSnapshot, { params: { id }, signal }),
    })),
  });
  const models = known.flatMap(({ rewardModelId }) => (rewardModelId ? [rewardModelId] : []));
  const evaluations = useQueries({
    queries: models.map((rewardModelId) => ({
      queryKey: [listEvaluations.path, { projectId }, { rewardModelId, limit: 1 }],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        callFor(listEvaluations, { params: { projectId }, query: { rewardModelId, limit: 1 }, signal }),
    })),
  });
  const newest = evaluations.flatMap(({ data }) => data?.evaluations ?? []);
  const compared = known.map(
    (run): ComparedRun => ({
      run,
      rows: metrics[ids.indexOf(run.id)] ?? NO_ROWS,
      snapshot: snapshots.find(({ data }) => data?.id === run.snapshotId)?.data,
      evaluation: newest.find(({ rewardModelId }) => rewardModelId === run.rewardModelId),
    }),
  );
  const key = compared.map(({ run, rows }) => `${run.id}:${rows.length}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the curves change only when a run or its number of steps does
  const series = useMemo(() => compared.map(({ run, rows }) => ({ id: run.id, name: runName(run), rows })), [key]);
  const error = (runs.find((query) => query.error)?.error ?? null) as ProblemError | null;
  return { compared, series, error, loading: runs.some((query) => query.isPending) };
}

/** A run's task and the start of its id: short enough for a legend. */
export const runName = (run: TrainingRun): string => `${run.task} ${run.id.slice(0, 4)}`;

/** The settings of which the runs do not all have the same value come first. */
export function configDifferences(configs: readonly Record<string, unknown>[]) {
  const keys = [...new Set(configs.flatMap((config) => Object.keys(config)))];
  const rows = keys.map((key) => {
    const values = configs.map((config) => JSON.stringify(config[key]) ?? "–");
    return { key, values, differs: new Set(values).size > 1 };
  });
  return rows.sort((a, b) => Number(b.differs) - Number(a.differs));
}
