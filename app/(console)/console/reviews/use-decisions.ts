"use client";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { toast } from "@/app/components/toast";
import { useCaseKeys } from "@/lib/client/console/use-case-keys";
import type { ProblemError } from "@/lib/client/problem";

const UNDO_MS = 8000;

interface Decisions<Case, Decision> {
  idOf: (entry: Case) => string;
  /** Answers the stored decision. Each call has its own promise, so that several may be under way. */
  send: (entry: Case, decision: Decision) => Promise<{ id: string } | null>;
  withdraw: (caseId: string, decisionId: string) => Promise<unknown>;
  /** What is said once it is stored. */
  said: (decision: Decision) => string;
  leave: (entry: Case) => void;
  comeBack: (caseId: string) => void;
}

/**
 * Sends a desk's decisions: the case leaves the screen at once and comes back if the server refuses, or when the decision is taken
 * back, which the notice and the key u offer for a moment.
 */
export function useDecisions<Case, Decision>(desk: Decisions<Case, Decision>) {
  const t = useTranslations("console.reviews");
  const last = useRef<{ caseId: string; decisionId: string; at: number } | null>(null);
  const fail = (error: ProblemError) => toast({ tone: "danger", title: t("failed"), description: error.message });
  const undo = () => {
    const before = last.current;
    if (!before || Date.now() - before.at > UNDO_MS) return;
    last.current = null;
    desk.withdraw(before.caseId, before.decisionId).then(() => {
      toast({ title: t("undone") });
      desk.comeBack(before.caseId);
    }, fail);
  };
  useCaseKeys({ u: undo });
  return (entry: Case, decision: Decision) => {
    const caseId = desk.idOf(entry);
    desk.leave(entry);
    desk.send(entry, decision).then(
      (made) => {
        if (!made) return;
        last.current = { caseId, decisionId: made.id, at: Date.now() };
        const action = { label: t("undo"), shortcut: "u", run: undo };
        toast({ tone: "done", title: desk.said(decision), durationMs: UNDO_MS, action });
      },
      (error: ProblemError) => {
        fail(error);
        desk.comeBack(caseId);
      },
    );
  };
}
