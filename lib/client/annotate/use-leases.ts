"use client";
/** The item on screen and, behind it, the next one, leased ahead so that going on takes no round trip. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { heartbeatAssignment, type LeasedAssignment, leaseAssignment } from "@/lib/contracts/assignments";
import { call } from "../call";
import { annotateKeys } from "./keys";

const HEARTBEAT_MS = 60_000;

interface Wanted {
  projectId: string;
  campaignId: string | null;
  afterAssignmentId?: string;
}
/** Leases whose judgement is on its way: the server may still count them as held, and must not be asked to resume them. */
export type IsHandedOver = (assignmentId: string) => boolean;

async function lease(wanted: Wanted, isHandedOver: IsHandedOver): Promise<LeasedAssignment | null> {
  const { projectId, campaignId, afterAssignmentId } = wanted;
  const body = { projectId, campaignId: campaignId ?? undefined, afterAssignmentId };
  const held = await call(leaseAssignment, { body: { ...body, resume: true } });
  return held && isHandedOver(held.assignmentId) ? call(leaseAssignment, { body }) : held;
}

const isFresh = (leased: LeasedAssignment | null | undefined): leased is LeasedAssignment =>
  !!leased && Date.parse(leased.expiresAt) - Date.now() > 5000;

export function useLeases(projectId: string, campaignId: string | null, isHandedOver: IsHandedOver) {
  const client = useQueryClient();
  const currentKey = annotateKeys.lease(projectId, campaignId);
  const current = useQuery({
    queryKey: currentKey,
    queryFn: () => lease({ projectId, campaignId }, isHandedOver),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const currentId = current.data?.assignmentId;
  const nextKey = annotateKeys.nextLease(projectId, campaignId, currentId ?? "");
  const next = useQuery({
    queryKey: nextKey,
    queryFn: () => lease({ projectId, campaignId, afterAssignmentId: currentId }, isHandedOver),
    enabled: currentId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

  const show = useCallback(
    (leased: LeasedAssignment | null) => client.setQueryData(annotateKeys.lease(projectId, campaignId), leased),
    [client, projectId, campaignId],
  );
  /** Goes to the prefetched item, or asks the server when there is none or its lease is over. */
  const advance = useCallback(async () => {
    const ahead = next.data;
    if (isFresh(ahead) && !isHandedOver(ahead.assignmentId)) show(ahead);
    else show(await lease({ projectId, campaignId, afterAssignmentId: currentId }, isHandedOver));
  }, [next.data, show, projectId, campaignId, currentId, isHandedOver]);

  const beat = useCallback(async () => {
    if (!currentId || document.visibilityState === "hidden") return;
    const answer = await call(heartbeatAssignment, { params: { assignmentId: currentId } }).catch(() => null);
    if (!answer) return;
    client.setQueryData<LeasedAssignment | null>(annotateKeys.lease(projectId, campaignId), (held) =>
      held?.assignmentId === currentId ? { ...held, expiresAt: answer.expiresAt } : held,
    );
  }, [client, projectId, campaignId, currentId]);
  useEffect(() => {
    void beat();
    const timer = setInterval(() => void beat(), HEARTBEAT_MS);
    document.addEventListener("visibilitychange", beat);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", beat);
    };
  }, [beat]);

  return { current, show, advance };
}
