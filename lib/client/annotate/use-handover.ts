"use client";
/** From the press of Enter to the server's answer: hold, send, go on; and the way back. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { listMyComparisons } from "@/lib/contracts/comparisons";
import { afterPaint } from "../after-paint";
import { callFor } from "../call";
import type { ProblemError } from "../problem";
import { annotateKeys } from "./keys";
import type { OutboxAnswer, OutboxEntry, OutboxWork } from "./outbox";
import { useOutbox } from "./use-outbox";

/** For this long a judgement can be called back before it leaves the browser. */
export const HOLD_MS = 400;

/** randomUUID needs a secure context; a server in the local network may have none. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export interface HandoverEvents {
  onAnswer: (answer: OutboxAnswer) => void;
  onRefused: (problem: ProblemError) => void;
}
export interface HandoverSteps {
  /** The hold is over: the screen goes on. */
  onLeave: () => void;
  /** The server has stored it. */
  onStored?: () => void;
}
interface Pending extends HandoverSteps {
  key: string;
  assignmentId: string | null;
  timer: ReturnType<typeof setTimeout>;
}

export function useHandover(userId: string, projectId: string, events: HandoverEvents) {
  const client = useQueryClient();
  const [holding, setHolding] = useState(false);
  const pending = useRef<Pending | null>(null);
  const stored = useRef(new Map<string, () => void>());
  /** Judged, skipped or finished: such an item takes no more answers while the next one is on its way. */
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const done = useRef(gone);
  const mark = (assignmentId: string | null, isDone: boolean) => {
    if (!assignmentId) return;
    const next = new Set(done.current);
    if (isDone) next.add(assignmentId);
    else next.delete(assignmentId);
    done.current = next;
    setGone(next);
  };
  /** New judgements that left this screen; changes of mind do not count. */
  const [judged, setJudged] = useState(0);

  const onSent = (entry: OutboxEntry, answer: OutboxAnswer) => {
    events.onAnswer(answer);
    stored.current.get(entry.key)?.();
    stored.current.delete(entry.key);
    void client.invalidateQueries({ queryKey: annotateKeys.mine(projectId) });
  };
  const onRefused = ({ key, work }: OutboxEntry, problem: ProblemError) => {
    stored.current.delete(key);
    if (work.kind !== "supersede") mark(work.body.assignmentId, false);
    events.onRefused(problem);
  };
  const { ref: outbox, waiting } = useOutbox(userId, { onSent, onRefused });

  const isHandedOver = useCallback(
    (assignmentId: string) =>
      done.current.has(assignmentId) ||
      !!outbox.current
        ?.entries()
        .some(({ work }) => work.kind !== "supersede" && work.body.assignmentId === assignmentId),
    [outbox],
  );
  const handOver = (work: OutboxWork, assignmentId: string | null, steps: HandoverSteps) => {
    const key = newKey();
    const box = outbox.current;
    mark(assignmentId, true);
    if (steps.onStored) stored.current.set(key, steps.onStored);
    box?.put(key, work);
    const leave = () => {
      pending.current = null;
      setHolding(false);
      if (assignmentId) setJudged((count) => count + 1);
      steps.onLeave();
      // The person waits for the next item; the judgement lies safe in this browser and goes out behind it.
      afterPaint(() => void box?.release(key));
    };
    pending.current = { ...steps, key, assignmentId, timer: setTimeout(leave, HOLD_MS) };
    setHolding(true);
  };
  /** True when the judgement was still here and is now open again. */
  const callBack = (): boolean => {
    const held = pending.current;
    if (!held || !outbox.current?.take(held.key)) return false;
    clearTimeout(held.timer);
    pending.current = null;
    mark(held.assignmentId, false);
    stored.current.delete(held.key);
    setHolding(false);
    return true;
  };
  const newest = async (): Promise<string | null> => {
    await outbox.current?.releaseAll();
    const { comparisons } = await callFor(listMyComparisons, { query: { projectId, limit: 1 } });
    return comparisons[0]?.id ?? null;
  };
  /** Skipped or finished without a judgement. */
  const markDone = (assignmentId: string) => mark(assignmentId, true);
  return { handOver, callBack, newest, markDone, isHandedOver, gone, holding, judged, waiting };
}
