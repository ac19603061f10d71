"use client";
/** The item on screen and, behind it, the next one, leased ahead so that going on takes no round trip. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import {
  heartbeatAssignment,
  type LeasedAssignment,
  leaseAssignment,
  releaseAssignment,
} from "@/lib/contracts/assignments";
import { afterPaint } from "../after-paint";
import { call } from "../call";
import { ProblemError } from "../problem";
import { readLocalDraft } from "./drafts";
import { annotateKeys } from "./keys";

const HEARTBEAT_MS = 60_000;

interface Wanted {
  projectId: string;
  campaignId: string | null;
  afterAssignmentId?: string;
}
/** Leases whose judgement is on its way: the server may still count them as held, and must not be asked to resume them. */
export type IsHandedOver = (assignmentId: string) => boolean;

/** Null when there is nothing for this person now. */
async function lease(wanted: Wanted, isHandedOver: IsHandedOver): Promise<LeasedAssignment | null> {
  const { projectId, campaignId, afterAssignmentId } = wanted;
  const body = { projectId, campaignId: campaignId ?? undefined, afterAssignmentId };
  const held = await call(leaseAssignment, { body: { ...body, resume: true } });
  return held && isHandedOver(held.assignmentId) ? call(leaseAssignment, { body }) : held;
}

const isWorkedOn = ({ assignmentId, draft, item }: LeasedAssignment): boolean =>
  draft !== null ||
  readLocalDraft(assignmentId) !== null ||
  item.turn > 1 ||
  (item.live?.phase ?? "prompt") !== "prompt";

/** Who holds all they may hold in other campaigns: what lies there untouched is given back; what was begun comes first. */
async function leaseOrFree(wanted: Wanted, isHandedOver: IsHandedOver): Promise<LeasedAssignment | null> {
  try {
    return await lease(wanted, isHandedOver);
  } catch (error) {
    if (!(error instanceof ProblemError && error.code === "conflict")) throw error;
    const { projectId, afterAssignmentId } = wanted;
    const elsewhere = await call(leaseAssignment, { body: { projectId, afterAssignmentId, resume: true } });
    if (!elsewhere || isHandedOver(elsewhere.assignmentId)) throw error;
    if (isWorkedOn(elsewhere)) return elsewhere;
    await call(releaseAssignment, { params: { assignmentId: elsewhere.assignmentId } });
    return leaseOrFree(wanted, isHandedOver);
  }
}

/** Gives back what nobody works on, so that others need not wait for its end. Best effort: the lease ends by itself. */
const giveBack = (assignmentId: string) =>
  void call(releaseAssignment, { params: { assignmentId }, keepalive: true }).catch(() => undefined);

const SOON_MS = 5 * 60_000;
const endsSoon = (leased: LeasedAssignment | null | undefined): boolean =>
  !!leased && Date.parse(leased.expiresAt) - Date.now() < SOON_MS;

const isFresh = (leased: LeasedAssignment | null | undefined): leased is LeasedAssignment =>
  !!leased && Date.parse(leased.expiresAt) - Date.now() > 5000;

/** The id once what it names is on screen. */
function usePainted(id: string | undefined): string | undefined {
  const [painted, setPainted] = useState<string>();
  useEffect(() => afterPaint(() => setPainted(id)), [id]);
  return painted;
}

export function useLeases(projectId: string, campaignId: string | null, isHandedOver: IsHandedOver) {
  const client = useQueryClient();
  const currentKey = annotateKeys.lease(projectId, campaignId);
  const current = useQuery({
    queryKey: currentKey,
    queryFn: () => leaseOrFree({ projectId, campaignId }, isHandedOver),
    staleTime: Number.POSITIVE_INFINITY,
    // The next lease stays the very object that was drawn ahead.
    structuralSharing: false,
  });
  const currentId = current.data?.assignmentId;
  const nextKey = annotateKeys.nextLease(projectId, campaignId, currentId ?? "");
  const prefetch = {
    queryKey: nextKey,
    queryFn: () => lease({ projectId, campaignId, afterAssignmentId: currentId }, isHandedOver),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  };
  // Asked for behind the item itself, which the person waits for.
  const painted = usePainted(currentId);
  const next = useQuery({ ...prefetch, enabled: currentId !== undefined && painted === currentId });

  const left = useRef(false);
  const show = useCallback(
    (leased: LeasedAssignment | null) => {
      if (!left.current) client.setQueryData(annotateKeys.lease(projectId, campaignId), leased);
      else if (leased) giveBack(leased.assignmentId);
    },
    [client, projectId, campaignId],
  );
  const isUsable = (leased: LeasedAssignment | null | undefined) =>
    isFresh(leased) && !isHandedOver(leased.assignmentId);
  /** Goes to the prefetched item at once, to one still under way when it comes, or asks the server when there is none. */
  const advance = async () => {
    let ahead = next.data;
    if (next.isFetching) ahead = await client.fetchQuery(prefetch).catch(() => null);
    if (ahead && isUsable(ahead)) show(ahead);
    else show(await leaseOrFree({ projectId, campaignId, afterAssignmentId: currentId }, isHandedOver));
  };
  /** Leaves an item that is done when no next one could be had: the screen waits, or says why and offers to try again. */
  const startAgain = () => client.resetQueries({ queryKey: currentKey });

  const beat = useCallback(async () => {
    if (!currentId || document.visibilityState === "hidden") return;
    const answer = await call(heartbeatAssignment, { params: { assignmentId: currentId } }).catch(() => null);
    if (!answer) return;
    client.setQueryData<LeasedAssignment | null>(annotateKeys.lease(projectId, campaignId), (held) =>
      held?.assignmentId === currentId ? { ...held, expiresAt: answer.expiresAt } : held,
    );
  }, [client, projectId, campaignId, currentId]);
  useEffect(() => {
    // One leased ahead a while ago may be near its end; one leased just now needs no request of its own.
    if (endsSoon(client.getQueryData<LeasedAssignment | null>(annotateKeys.lease(projectId, campaignId)))) void beat();
    const timer = setInterval(() => void beat(), HEARTBEAT_MS);
    document.addEventListener("visibilitychange", beat);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", beat);
    };
  }, [beat, client, projectId, campaignId]);

  const latest = useRef({ current: current.data, ahead: next.data });
  useEffect(() => {
    latest.current = { current: current.data, ahead: next.data };
  });
  // Leaving for another page of the app; a reload keeps both leases and resumes them.
  useEffect(() => {
    left.current = false;
    return () => {
      left.current = true;
      const { current: shown, ahead } = latest.current;
      if (ahead && !isHandedOver(ahead.assignmentId)) giveBack(ahead.assignmentId);
      if (shown && !isHandedOver(shown.assignmentId) && !readLocalDraft(shown.assignmentId))
        giveBack(shown.assignmentId);
      client.removeQueries({ queryKey: annotateKeys.lease(projectId, campaignId) });
      client.removeQueries({ queryKey: annotateKeys.nextLeases(projectId) });
    };
  }, [client, projectId, campaignId, isHandedOver]);

  return { current, ahead: next.data ?? null, show, advance, startAgain };
}
