"use client";
/** From the press of Enter to the server's answer: hold, send, go on; and the way back. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { listMyComparisons } from "@/lib/contracts/comparisons";
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
  const [handedOver, setHandedOver] = useState<string | null>(null);
  const pending = useRef<Pending | null>(null);
  const stored = useRef(new Map<string, () => void>());
  const done = useRef(new Set<string>());
  /** New judgements that left this screen; changes of mind do not count. */
  const [judged, setJudged] = useState(0);

  const onSent = (entry: OutboxEntry, answer: OutboxAnswer) => {
    events.onAnswer(answer);
    stored.current.get(entry.key)?.();
    stored.current.delete(entry.key);
    void client.invalidateQueries({ queryKey: annotateKeys.mine(projectId) });
  };
  const { ref: outbox, waiting } = useOutbox(userId, { onSent, onRefused: (_, problem) => events.onRefused(problem) });

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
    if (assignmentId) done.current.add(assignmentId);
    if (steps.onStored) stored.current.set(key, steps.onStored);
    outbox.current?.put(key, work, HOLD_MS);
    const leave = () => {
      pending.current = null;
      setHandedOver(null);
      if (assignmentId) setJudged((count) => count + 1);
      steps.onLeave();
    };
    pending.current = { ...steps, key, assignmentId, timer: setTimeout(leave, HOLD_MS) };
    setHandedOver(assignmentId ?? key);
  };
  /** True when the judgement was still here and is now open again. */
  const callBack = (): boolean => {
    const held = pending.current;
    if (!held || !outbox.current?.take(held.key)) return false;
    clearTimeout(held.timer);
    pending.current = null;
    if (held.assignmentId) done.current.delete(held.assignmentId);
    stored.current.delete(held.key);
    setHandedOver(null);
    return true;
  };
  const newest = async (): Promise<string | null> => {
    await outbox.current?.flush();
    const { comparisons } = await callFor(listMyComparisons, { query: { projectId, limit: 1 } });
    return comparisons[0]?.id ?? null;
  };
  /** Skipped or finished without a judgement. */
  const markDone = (assignmentId: string) => void done.current.add(assignmentId);
  return { handOver, callBack, newest, markDone, isHandedOver, handedOver: handedOver !== null, judged, waiting };
}
