"use client";
import { useFormatter, useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { type DraftState, readLocalDraft, useDraft } from "@/lib/client/annotate/drafts";
import type { OutboxWork } from "@/lib/client/annotate/outbox";
import { useKeys } from "@/lib/client/annotate/preferences";
import { formOfDraft } from "@/lib/client/annotate/use-verdict";
import type { LeasedAssignment } from "@/lib/contracts/assignments";
import { HarmVeilProvider } from "./harm-veil";
import { LiveWork } from "./live-work";
import { PairWork } from "./pair-work";
import { TurnReviewWork } from "./turn-review-work";
import type { Work } from "./use-work";

interface Props {
  projectId: string;
  leased: LeasedAssignment;
  work: Work;
  /** Skip and undo. */
  buttons: ReactNode;
}

/** The leased item in the screen of its kind, with its draft. */
export function LeasedWork({ projectId, leased, work, buttons }: Props) {
  const { assignmentId, item } = leased;
  const [draft] = useState(() => readLocalDraft(assignmentId) ?? leased.draft);
  const drafts = useDraft(assignmentId);
  const { gone, handOver } = work.handover;
  const handedOver = gone.has(assignmentId);
  const undoKey = useKeys().undo;

  const submit = (outgoing: OutboxWork) => {
    work.announce(undoKey);
    handOver(outgoing, assignmentId, {
      onLeave: () => {
        drafts.discard();
        if (item.kind !== "live") void work.goOn();
      },
      // The next turn exists only once the server knows which answer was chosen.
      ...(item.kind === "live" ? { onStored: () => void work.continueDialogue(leased) } : {}),
    });
  };
  const frame = { actions: buttons, status: <DraftNote state={drafts.state} /> };
  if (item.kind === "turn_review")
    return (
      <HarmVeilProvider item={item}>
        <TurnReviewWork
          item={item}
          draft={draft}
          onChange={drafts.save}
          handedOver={handedOver}
          {...frame}
          onSubmit={(result) => submit({ kind: "turn_review", body: { assignmentId, ...result } })}
        />
      </HarmVeilProvider>
    );
  const shared = {
    item,
    initial: formOfDraft(draft),
    earlierMs: draft?.durationMs ?? 0,
    handedOver,
    ...frame,
    onSubmit: (verdict: Parameters<Parameters<typeof PairWork>[0]["onSubmit"]>[0]) =>
      submit({ kind: "comparison", body: { assignmentId, ...verdict } }),
  };
  if (item.kind === "live" && item.live)
    return (
      <HarmVeilProvider item={item}>
        <LiveWork
          {...shared}
          assignmentId={assignmentId}
          projectId={projectId}
          live={item.live}
          draft={draft}
          onDraft={drafts.save}
          onFinish={() => void work.finishDialogue(leased)}
        />
      </HarmVeilProvider>
    );
  return (
    <HarmVeilProvider item={item}>
      <PairWork {...shared} onChange={(form, durationMs) => drafts.save({ ...form, durationMs })} />
    </HarmVeilProvider>
  );
}

function DraftNote({ state }: { state: DraftState }) {
  const t = useTranslations("annotate.draft");
  const format = useFormatter();
  const time = state.kind === "saved" ? format.dateTime(state.at, { timeStyle: "short", timeZone: browserZone() }) : "";
  return (
    <span className="min-w-28 px-2 text-right text-xs text-muted tabular-nums" aria-live="off">
      {state.kind !== "none" && t(state.kind, { time })}
    </span>
  );
}

const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
