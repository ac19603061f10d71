"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { dropLocalDraft } from "@/lib/client/annotate/drafts";
import { useHandover } from "@/lib/client/annotate/use-handover";
import { useLeases } from "@/lib/client/annotate/use-leases";
import { type RecentPrompt, useRecent } from "@/lib/client/annotate/use-recent";
import { call, callFor } from "@/lib/client/call";
import { ProblemError } from "@/lib/client/problem";
import { type AnnotatedItem, type LeasedAssignment, skipAssignment } from "@/lib/contracts/assignments";
import { continueLive, finishLive } from "@/lib/contracts/live";
import { dismissToast, toast } from "../toast";
import type { SkipMode } from "./skip-panel";

interface WorkInput {
  userId: string;
  projectId: string;
  campaignId: string | null;
  setRevising: (comparisonId: string) => void;
}
export type Work = ReturnType<typeof useWork>;

const EXCERPT_CHARACTERS = 160;
const promptOf = ({ context, category }: AnnotatedItem): RecentPrompt => ({
  promptExcerpt: (context.at(-1)?.content ?? "").slice(0, EXCERPT_CHARACTERS),
  category,
});

/** What can be done with the lease on screen, and what is said about it. */
export function useWork({ userId, projectId, campaignId, setRevising }: WorkInput) {
  const t = useTranslations("annotate");
  const recent = useRecent(projectId);
  const prompts = useRef(new Map<string, RecentPrompt>());
  const handover = useHandover(userId, projectId, {
    onAnswer: ({ value }) => {
      leaveIfJudged(value);
      if (!("modelAgreed" in value)) return;
      recent.add(value, prompts.current.get(value.itemId));
      if (value.modelAgreed !== null)
        toast({ title: t(value.modelAgreed ? "toast.modelAgreed" : "toast.modelDisagreed") });
    },
    onRefused: (problem) =>
      toast({ tone: "danger", title: t("toast.refused"), description: problem.message, durationMs: 12_000 }),
  });
  const leases = useLeases(projectId, campaignId, handover.isHandedOver);
  const item = leases.current.data?.item;
  useEffect(() => {
    if (item) prompts.current.set(item.id, promptOf(item));
  }, [item]);
  // The next item was leased before the last judgement: the server's count in it lags behind.
  const [start, setStart] = useState<number | null>(null);
  const told = item?.progress.today;
  if (start === null && told !== undefined) setStart(told - handover.judged);
  const today = (start ?? 0) + handover.judged;
  const failed = (error: unknown) =>
    toast({ tone: "danger", title: t("toast.failed"), description: (error as Error).message, durationMs: 8000 });

  const note = useRef(0);
  useEffect(() => () => dismissToast(note.current), []);
  const undo = async () => {
    dismissToast(note.current);
    if (handover.callBack()) return;
    try {
      const id = await handover.newest();
      if (id) setRevising(id);
      else toast({ title: t("toast.nothingToUndo") });
    } catch (error) {
      failed(error);
    }
  };
  const announce = (shortcut: string) => {
    const action = { label: t("actions.undo"), shortcut, run: () => void undo() };
    note.current = toast({ tone: "done", title: t("toast.submitted"), action, durationMs: 2500 });
  };
  const goOn = async () => {
    await leases.advance().catch(leases.startAgain);
  };
  /** A judgement under an older lease of the item on screen (sent after a reload, say) was taken: it needs no second one. */
  const leaveIfJudged = ({ itemId, assignmentId }: { itemId: string; assignmentId: string }) => {
    const shown = leases.current.data;
    if (shown?.item.id !== itemId || shown.assignmentId === assignmentId) return;
    handover.markDone(shown.assignmentId);
    dropLocalDraft(shown.assignmentId);
    void goOn();
  };
  const leave = { t, handover, leases, failed, goOn };
  return { handover, leases, recent, today, undo, announce, goOn, ...useLeaving(leave) };
}

interface LeavingInput {
  t: ReturnType<typeof useTranslations<"annotate">>;
  handover: ReturnType<typeof useHandover>;
  leases: ReturnType<typeof useLeases>;
  failed: (error: unknown) => void;
  goOn: () => Promise<void>;
}

/** The ways to leave an item other than by a judgement, and the way on inside a dialogue. */
function useLeaving({ t, handover, leases, failed, goOn }: LeavingInput) {
  const leave = async (assignmentId: string) => {
    handover.markDone(assignmentId);
    dropLocalDraft(assignmentId);
    await goOn();
  };
  const skip = async ({ assignmentId }: LeasedAssignment, reason: string, mode: SkipMode) => {
    try {
      await call(skipAssignment, { params: { assignmentId }, body: { reason, mode } });
    } catch (error) {
      // An expired lease is given back already, which is what was wanted.
      if (!(error instanceof ProblemError && error.code === "lease_expired")) return failed(error);
    }
    toast({ title: t("toast.skipped") });
    await leave(assignmentId);
  };
  const finishDialogue = async ({ assignmentId }: LeasedAssignment) => {
    try {
      await call(finishLive, { params: { assignmentId } });
    } catch (error) {
      return failed(error);
    }
    await leave(assignmentId);
  };
  /** After a live turn is stored: the next turn, or the next item when the dialogue is full. */
  const continueDialogue = async ({ assignmentId, item }: LeasedAssignment) => {
    if (item.turn >= item.turnsMax) return goOn();
    try {
      leases.show(await callFor(continueLive, { params: { assignmentId } }));
    } catch (error) {
      failed(error);
      await goOn();
    }
  };
  return { skip, finishDialogue, continueDialogue };
}
