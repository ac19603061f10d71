"use client";
/** Drafts: kept in this browser at every change, on the server a moment later. The newer one wins after a reload. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type DraftBody, draftBodySchema, saveDraft } from "@/lib/contracts/drafts";
import { call } from "../call";

const PREFIX = "pairwright:draft:";
const DELAY_MS = 800;

/** The browser's copy: at least as new as the server's, because every change passes through it. */
export function readLocalDraft(assignmentId: string): DraftBody | null {
  try {
    return draftBodySchema.safeParse(JSON.parse(localStorage.getItem(PREFIX + assignmentId) ?? "null")).data ?? null;
  } catch {
    return null;
  }
}

/** Private browsing may refuse storage; the server's copy remains then. */
function writeLocalDraft(assignmentId: string, body: DraftBody): void {
  try {
    localStorage.setItem(PREFIX + assignmentId, JSON.stringify(body));
  } catch {
    // Said in `state`: it turns to "saved" only by the server's answer.
  }
}
export const dropLocalDraft = (assignmentId: string): void => localStorage.removeItem(PREFIX + assignmentId);

export type DraftState = { kind: "none" } | { kind: "pending" } | { kind: "saved"; at: Date } | { kind: "local" };

/** `save` on every change; `discard` once the work is handed over, so that no late request revives it. */
export function useDraft(assignmentId: string) {
  const [state, setState] = useState<DraftState>({ kind: "none" });
  const waiting = useRef<{ body: DraftBody; timer: ReturnType<typeof setTimeout> } | null>(null);

  const push = useCallback(
    async (body: DraftBody, keepalive = false) => {
      waiting.current = null;
      try {
        const answer = await call(saveDraft, { params: { assignmentId }, body, keepalive });
        setState((now) => (now.kind === "none" ? now : { kind: "saved", at: new Date(answer?.savedAt ?? Date.now()) }));
      } catch {
        setState((now) => (now.kind === "none" ? now : { kind: "local" }));
      }
    },
    [assignmentId],
  );
  const save = useCallback(
    (body: DraftBody) => {
      writeLocalDraft(assignmentId, body);
      setState({ kind: "pending" });
      if (waiting.current) clearTimeout(waiting.current.timer);
      waiting.current = { body, timer: setTimeout(() => void push(body), DELAY_MS) };
    },
    [assignmentId, push],
  );
  const discard = useCallback(() => {
    if (waiting.current) clearTimeout(waiting.current.timer);
    waiting.current = null;
    dropLocalDraft(assignmentId);
    setState({ kind: "none" });
  }, [assignmentId]);

  useEffect(() => {
    const hurry = () => {
      const left = waiting.current;
      if (!left) return;
      clearTimeout(left.timer);
      void push(left.body, true);
    };
    const offline = state.kind === "local";
    const again = () => {
      const kept = offline ? readLocalDraft(assignmentId) : null;
      if (kept) void push(kept);
    };
    window.addEventListener("pagehide", hurry);
    window.addEventListener("online", again);
    return () => {
      window.removeEventListener("pagehide", hurry);
      window.removeEventListener("online", again);
    };
  }, [push, assignmentId, state.kind]);

  useEffect(() => () => clearTimeout(waiting.current?.timer), []);
  return useMemo(() => ({ state, save, discard }), [state, save, discard]);
}
