"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { dropLocalDraft } from "@/lib/client/annotate/drafts";
import { useHandover } from "@/lib/client/annotate/use-handover";
import { type Hotkeys, useHotkeys } from "@/lib/client/annotate/use-hotkeys";
import { useLeases } from "@/lib/client/annotate/use-leases";
import { call, callFor } from "@/lib/client/call";
import { ProblemError } from "@/lib/client/problem";
import { type LeasedAssignment, skipAssignment } from "@/lib/contracts/assignments";
import { continueLive, finishLive } from "@/lib/contracts/live";
import { Button, LinkButton } from "../button";
import { Drawer } from "../dialog";
import { Markdown } from "../markdown";
import { EmptyState, ErrorState, Skeleton } from "../states";
import { dismissToast, toast } from "../toast";
import { LeasedWork } from "./leased-work";
import { ReviseWork } from "./revise-work";
import { Shortcuts } from "./shortcuts";
import { SkipDialog, type SkipMode } from "./skip-panel";
import { WorkBar } from "./work-bar";

interface Props {
  userId: string;
  projectId: string;
  campaignId: string | null;
  /** A judgement to reopen, from the history. */
  reviseId: string | null;
}
type Panel = "guidelines" | "help" | "skip" | null;

export function WorkScreen({ userId, projectId, campaignId, reviseId }: Props) {
  const t = useTranslations("annotate");
  const [panel, setPanel] = useState<Panel>(null);
  const [revising, setRevising] = useState(reviseId);
  const work = useWork({ userId, projectId, campaignId, setRevising });
  const { leases, handover, undo } = work;
  const leased = leases.current.data ?? null;
  const item = leased?.item ?? null;
  const canSkip = leased !== null && revising === null && !handover.gone.has(leased.assignmentId);

  const keys: Hotkeys = { g: () => setPanel("guidelines"), "?": () => setPanel("help"), u: undo };
  if (canSkip) keys.s = () => setPanel("skip");
  useHotkeys(keys);
  const skip = (reason: string, mode: SkipMode) => {
    setPanel(null);
    if (leased) void work.skip(leased, reason, mode);
  };
  const close = (open: boolean) => !open && setPanel(null);
  const buttons = (
    <>
      <Button variant="ghost" size="sm" shortcut="s" disabled={!canSkip} onClick={() => setPanel("skip")}>
        {t("actions.skip")}
      </Button>
      <Button variant="ghost" size="sm" shortcut="u" onClick={undo}>
        {t("actions.undo")}
      </Button>
    </>
  );
  return (
    <div className="flex h-dvh flex-col">
      <WorkBar
        item={item}
        today={work.today}
        expiresAt={revising ? null : (leased?.expiresAt ?? null)}
        waiting={handover.holding ? 0 : handover.waiting}
        onGuidelines={() => setPanel("guidelines")}
        onHelp={() => setPanel("help")}
      />
      <main id="main" className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        {revising ? (
          <ReviseWork key={revising} comparisonId={revising} handover={handover} onClose={() => setRevising(null)} />
        ) : leased ? (
          <>
            {campaignId && leased.item.campaign.id !== campaignId && (
              <p role="status" className="border-b border-line bg-warn-soft px-4 py-2 text-warn">
                {t("begunFirst")}
              </p>
            )}
            <LeasedWork key={leased.assignmentId} leased={leased} work={work} buttons={buttons} />
          </>
        ) : (
          <NoWork query={leases.current} onUndo={undo} projectId={projectId} />
        )}
      </main>
      <Drawer open={panel === "guidelines"} onOpenChange={close} title={t("guidelines.title")}>
        {item?.guideline ? (
          <>
            <p className="mb-3 text-sm text-muted">{t("guidelines.version", { version: item.guideline.version })}</p>
            <Markdown text={item.guideline.body} />
          </>
        ) : (
          <EmptyState title={t("guidelines.none")}>{t("guidelines.noneHelp")}</EmptyState>
        )}
      </Drawer>
      <Shortcuts open={panel === "help"} onOpenChange={close} />
      <SkipDialog open={panel === "skip"} onOpenChange={close} onSkip={skip} />
    </div>
  );
}

interface WorkInput extends Omit<Props, "reviseId"> {
  setRevising: (comparisonId: string) => void;
}
export type Work = ReturnType<typeof useWork>;

/** What can be done with the lease on screen, and what is said about it. */
function useWork({ userId, projectId, campaignId, setRevising }: WorkInput) {
  const t = useTranslations("annotate");
  const handover = useHandover(userId, projectId, {
    onAnswer: ({ value }) => {
      if ("modelAgreed" in value && value.modelAgreed !== null)
        toast({ title: t(value.modelAgreed ? "toast.modelAgreed" : "toast.modelDisagreed") });
    },
    onRefused: (problem) =>
      toast({ tone: "danger", title: t("toast.refused"), description: problem.message, durationMs: 12_000 }),
  });
  const leases = useLeases(projectId, campaignId, handover.isHandedOver);
  // The next item was leased before the last judgement: the server's count in it lags behind.
  const [start, setStart] = useState<number | null>(null);
  const told = leases.current.data?.item.progress.today;
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
  const announce = () => {
    const action = { label: t("actions.undo"), shortcut: "u", run: () => void undo() };
    note.current = toast({ tone: "done", title: t("toast.submitted"), action, durationMs: 2500 });
  };
  const goOn = async () => {
    await leases.advance().catch(leases.startAgain);
  };
  const skip = async (leased: LeasedAssignment, reason: string, mode: SkipMode) => {
    const { assignmentId } = leased;
    try {
      await call(skipAssignment, { params: { assignmentId }, body: { reason, mode } });
    } catch (error) {
      // An expired lease is given back already, which is what was wanted.
      if (!(error instanceof ProblemError && error.code === "lease_expired")) return failed(error);
    }
    handover.markDone(assignmentId);
    dropLocalDraft(assignmentId);
    toast({ title: t("toast.skipped") });
    await goOn();
  };
  const finishDialogue = async ({ assignmentId }: LeasedAssignment) => {
    try {
      await call(finishLive, { params: { assignmentId } });
    } catch (error) {
      return failed(error);
    }
    handover.markDone(assignmentId);
    dropLocalDraft(assignmentId);
    await goOn();
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
  return { handover, leases, today, undo, announce, goOn, skip, finishDialogue, continueDialogue };
}

function NoWork({
  query,
  onUndo,
  projectId,
}: {
  query: Work["leases"]["current"];
  onUndo: () => void;
  projectId: string;
}) {
  const t = useTranslations("annotate.none");
  if (query.isPending) return <WorkSkeleton />;
  if (query.isError)
    return (
      <div className="mx-auto w-full max-w-xl p-6">
        <ErrorState
          title={t("failed")}
          error={query.error as ProblemError}
          kept={t("kept")}
          onRetry={() => query.refetch()}
        />
      </div>
    );
  return (
    <EmptyState
      title={t("title")}
      action={
        <div className="flex flex-wrap justify-center gap-2">
          <Button variant="primary" busy={query.isFetching} onClick={() => query.refetch()}>
            {t("look")}
          </Button>
          <LinkButton href="/annotate">{t("projects")}</LinkButton>
          <LinkButton href={`/annotate/${projectId}/history`}>{t("history")}</LinkButton>
          <Button shortcut="u" onClick={onUndo}>
            {t("undo")}
          </Button>
        </div>
      }
    >
      {t("body")}
    </EmptyState>
  );
}

function WorkSkeleton() {
  return (
    <div className="flex flex-1 flex-col" aria-busy="true">
      <div className="border-b border-line bg-sunken px-4 py-4">
        <Skeleton className="w-2/3" />
      </div>
      <div className="grid flex-1 gap-8 bg-surface p-6 lg:grid-cols-2">
        {["a", "b"].map((side) => (
          <div key={side} className="flex flex-col gap-3">
            <Skeleton className="w-8" />
            <Skeleton />
            <Skeleton />
            <Skeleton className="w-3/4" />
          </div>
        ))}
      </div>
      <div className="border-t border-line p-4">
        <Skeleton className="h-11" />
      </div>
    </div>
  );
}
