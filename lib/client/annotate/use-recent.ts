"use client";
/** The last decisions of this person here, to go back to. Asked for once; what is judged now is added without asking. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { type ComparisonAnswer, listMyComparisons } from "@/lib/contracts/comparisons";
import { callFor } from "../call";
import { annotateKeys } from "./keys";
import { STEPS } from "./steps";

export const RECENT_MAX = 10;

/** What a decision was about. */
export interface RecentPrompt {
  promptExcerpt: string;
  category: string | null;
}

export interface RecentDecision
  extends RecentPrompt,
    Pick<ComparisonAnswer, "id" | "itemId" | "task" | "preferred" | "strength" | "createdAt"> {}

export const digitOf = ({ preferred, strength }: Pick<RecentDecision, "preferred" | "strength">): number =>
  STEPS.find((step) => step.preferred === preferred && step.strength === strength)?.digit ?? 0;

/** Newest first, one per item: a change of mind takes the place of the old decision. */
export function withDecision(list: readonly RecentDecision[], decision: RecentDecision): RecentDecision[] {
  const isChange = list.some(({ itemId }) => itemId === decision.itemId);
  const next = isChange
    ? list.map((known) => (known.itemId === decision.itemId ? decision : known))
    : [decision, ...list];
  return next.slice(0, RECENT_MAX);
}

const pick = (answer: ComparisonAnswer, { promptExcerpt, category }: RecentPrompt): RecentDecision => ({
  id: answer.id,
  itemId: answer.itemId,
  task: answer.task,
  preferred: answer.preferred,
  strength: answer.strength,
  createdAt: answer.createdAt,
  promptExcerpt,
  category,
});

export function useRecent(projectId: string) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: annotateKeys.recent(projectId),
    queryFn: async () => {
      const { comparisons } = await callFor(listMyComparisons, { query: { projectId, limit: RECENT_MAX } });
      return comparisons.map((row) => pick(row, row));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const add = useCallback(
    (answer: ComparisonAnswer, prompt: RecentPrompt | undefined) =>
      client.setQueryData<RecentDecision[]>(annotateKeys.recent(projectId), (list) => {
        const known = prompt ?? list?.find(({ itemId }) => itemId === answer.itemId);
        return list && withDecision(list, pick(answer, known ?? { promptExcerpt: "", category: null }));
      }),
    [client, projectId],
  );
  return { decisions: query.data ?? [], problem: query.error, add };
}
