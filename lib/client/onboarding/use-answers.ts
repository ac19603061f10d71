"use client";
/** The answers of a running attempt: saved in the browser at every change, on the server a moment later, the newest one wins. */
import { useCallback, useEffect, useRef, useState } from "react";
import { type OwnAttempt, saveAttemptAnswers } from "@/lib/contracts/onboarding";
import type { Answer } from "@/lib/domain/entry-test";
import { call } from "../call";
import { ProblemError } from "../problem";
import { type PendingAnswers, readPending, writePending } from "./local-answers";

const DELAY_MS = 700;
const RETRY_MS = 4000;

export type SaveState = "saved" | "saving" | "local";

export function useAnswers(attempt: OwnAttempt, onOver: () => void) {
  const { id } = attempt;
  const [answers, setAnswers] = useState<Record<string, Answer>>(() =>
    Object.fromEntries(attempt.answers.map(({ questionId, answer }) => [questionId, answer])),
  );
  const [state, setState] = useState<SaveState>("saved");
  const revisions = useRef(new Map(attempt.answers.map(({ questionId, revision }) => [questionId, revision])));
  const pending = useRef<PendingAnswers>({});
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const sending = useRef<Promise<void> | null>(null);
  const over = useRef(onOver);
  useEffect(() => {
    over.current = onOver;
  });

  const send = useCallback(
    async (keepalive: boolean): Promise<void> => {
      const sent = { ...pending.current };
      if (Object.keys(sent).length === 0) return setState("saved");
      const body = { answers: Object.entries(sent).map(([questionId, row]) => ({ questionId, ...row })) };
      try {
        await call(saveAttemptAnswers, { params: { attemptId: id }, body, keepalive });
        for (const [questionId, { revision }] of Object.entries(sent))
          if (pending.current[questionId]?.revision === revision) delete pending.current[questionId];
        writePending(id, pending.current);
        setState(Object.keys(pending.current).length > 0 ? "saving" : "saved");
      } catch (error) {
        if (error instanceof ProblemError && error.code === "conflict") {
          // The attempt is over: what was not saved by then can go nowhere any more.
          pending.current = {};
          writePending(id, {});
          return over.current();
        }
        setState("local");
        timer.current = setTimeout(() => void flush.current(), RETRY_MS);
      }
    },
    [id],
  );
  /** Sends what waits, one request after another; resolves once nothing waits or the line is down. */
  const flush = useRef(async (_keepalive?: boolean): Promise<void> => {});
  useEffect(() => {
    flush.current = async (keepalive = false) => {
      clearTimeout(timer.current);
      if (sending.current) await sending.current;
      sending.current = send(keepalive).finally(() => {
        sending.current = null;
      });
      await sending.current;
    };
  }, [send]);

  const answer = useCallback(
    (questionId: string, value: Answer) => {
      const revision = (revisions.current.get(questionId) ?? 0) + 1;
      revisions.current.set(questionId, revision);
      pending.current[questionId] = { answer: value, revision };
      writePending(id, pending.current);
      setAnswers((now) => ({ ...now, [questionId]: value }));
      setState("saving");
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void flush.current(), DELAY_MS);
    },
    [id],
  );

  // What an earlier visit could not send any more goes first.
  useEffect(() => {
    const left = Object.entries(readPending(id)).filter(
      ([questionId, row]) => row.revision > (revisions.current.get(questionId) ?? 0),
    );
    for (const [questionId, row] of left) {
      revisions.current.set(questionId, row.revision);
      pending.current[questionId] = row;
    }
    if (left.length === 0) return;
    setAnswers((now) => ({ ...now, ...Object.fromEntries(left.map(([key, row]) => [key, row.answer])) }));
    void flush.current();
  }, [id]);
  useEffect(() => onLeave(() => void flush.current(true)), []);
  useEffect(() => () => clearTimeout(timer.current), []);
  const save = useCallback(() => flush.current(), []);
  return { answers, answer, state, save };
}

/** Calls when the page is left or the line is back; returns how to stop. */
function onLeave(run: () => void): () => void {
  window.addEventListener("pagehide", run);
  window.addEventListener("online", run);
  return () => {
    window.removeEventListener("pagehide", run);
    window.removeEventListener("online", run);
  };
}
