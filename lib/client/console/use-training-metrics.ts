"use client";
/** The live curve of a run: asks only for the steps it does not have yet. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { listTrainingMetrics } from "@/lib/contracts/training-runs";
import { callFor } from "../call";
import type { ProblemError } from "../problem";

export type MetricRow = NonNullable<z.output<NonNullable<typeof listTrainingMetrics.response>>>["metrics"][number];
const PAGE = 2000;
const POLL_MS = 1500;

export const metricsKey = (trainingRunId: string) => [listTrainingMetrics.path, trainingRunId];

/** All steps of a run; only those that are not here yet are asked for. */
export async function fetchMetrics(
  client: QueryClient,
  trainingRunId: string,
  signal: AbortSignal,
): Promise<MetricRow[]> {
  const rows = [...(client.getQueryData<MetricRow[]>(metricsKey(trainingRunId)) ?? [])];
  for (;;) {
    const query = { afterStep: rows.at(-1)?.step ?? -1, limit: PAGE };
    const page = await callFor(listTrainingMetrics, { params: { trainingRunId }, query, signal });
    rows.push(...page.metrics);
    if (page.metrics.length < PAGE) return rows;
  }
}

/** Steps in order. `running` = keep asking. */
export function useTrainingMetrics(trainingRunId: string, running: boolean) {
  const client = useQueryClient();
  return useQuery<MetricRow[], ProblemError>({
    queryKey: metricsKey(trainingRunId),
    queryFn: ({ signal }) => fetchMetrics(client, trainingRunId, signal),
    refetchInterval: running ? POLL_MS : false,
  });
}
