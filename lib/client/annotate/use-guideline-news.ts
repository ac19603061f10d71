"use client";
/** Whether the person has read the guideline of the item on screen, and what is new since the version they read before. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { type GuidelineChanges, guidelineChanges, readGuideline } from "@/lib/contracts/guideline-reads";
import { call, callFor } from "../call";
import { annotateKeys } from "./keys";

export function useGuidelineNews(guidelineId: string | undefined) {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: annotateKeys.guideline(guidelineId ?? ""),
    queryFn: () => callFor(guidelineChanges, { params: { id: guidelineId ?? "" } }),
    enabled: guidelineId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  /** Best effort: without a connection it is asked for again next time. */
  const markRead = useCallback(async () => {
    if (!guidelineId) return;
    await call(readGuideline, { params: { id: guidelineId } });
    client.setQueryData<GuidelineChanges>(
      annotateKeys.guideline(guidelineId),
      (known) => known && { ...known, read: true },
    );
  }, [client, guidelineId]);
  return {
    changes: data,
    unread: data?.read === false,
    changed: data?.read === false && data.since !== null,
    markRead,
  };
}
export type GuidelineNews = ReturnType<typeof useGuidelineNews>;
