"use client";
import { useFormatter, useTranslations } from "next-intl";
import { memo, useState } from "react";
import { type DraftState, readLocalDraft, useDraft } from "@/lib/client/annotate/drafts";
import type { OutboxWork } from "@/lib/client/annotate/outbox";
import { useKeys } from "@/lib/client/annotate/preferences";
import { formOfDraft } from "@/lib/client/annotate/use-verdict";
import type { LeasedAssignment } from "@/lib/contracts/assignments";
import { Button } from "../button";
import { HarmVeilProvider } from "./harm-veil";
import { LiveWork } from "./live-work";
import { PairWork } from "./pair-work";
import { TurnReviewWork } from "./turn-review-work";
import type { Work } from "./use-work";

/** What the person can set off from an item; the same functions as long as the screen stands. */
export type ItemActions = Pick<Work, "announce" | "goOn" | "continueDialogue" | "finishDialogue" | "undo"> &
  Pick<Work["handover"], "handOver"> & { openSkip: () => void };

interface Props {
  projectId: string;
  leased: LeasedAssignment;
  actions: ItemActions;
  /** Judged or skipped, and on its way out. */
  handedOver: boolean;
}

/** The leased item in the screen of its kind, with its draft. Rendered again only for what is its own: the next one is drawn ahead. */
export const LeasedWork = memo(function LeasedWork({ projectId, leased, actions, handedOver }: Props) {
  const { assignmentId, item } = leased;
  const [draft] = useState(() => readLocalDraft(assignmentId) ?? leased.draft);
  const drafts = useDraft(assignmentId);
  const undoKey = useKeys().undo;

  const submit = (outgoing: OutboxWork) => {
    actions.announce(undoKey);
    actions.handOver(outgoing, assignmentId, {
      onLeave: () => {
        drafts.discard();
        if (item.kind !== "live") void actions.goOn();
      },
      // The next turn exists only once the server knows which answer was chosen.
      ...(item.kind === "live" ? { onStored: () => void actions.continueDialogue(leased) } : {}),
    });
  };
  const buttons = <ItemButtons canSkip={!handedOver} onSkip={actions.openSkip} onUndo={actions.undo} />;
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
          onFinish={() => void actions.finishDialogue(leased)}
        />
      </HarmVeilProvider>
    );
  return (
    <HarmVeilProvider item={item}>
      <PairWork {...shared} onChange={(form, durationMs) => drafts.save({ ...form, durationMs })} />
    </HarmVeilProvider>
  );
});

function ItemButtons({ canSkip, onSkip, onUndo }: { canSkip: boolean; onSkip: () => void; onUndo: () => void }) {
  const t = useTranslations("annotate.actions");
  const keys = useKeys();
  return (
    <>
      <Button variant="ghost" size="sm" shortcut={keys.skip} disabled={!canSkip} onClick={onSkip}>
        {t("skip")}
      </Button>
      <Button variant="ghost" size="sm" shortcut={keys.undo} onClick={onUndo}>
        {t("undo")}
      </Button>
    </>
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
