"use client";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { toast } from "@/app/components/toast";
import { callFor } from "@/lib/client/call";
import { useCaseKeys } from "@/lib/client/console/use-case-keys";
import { useDesk } from "@/lib/client/console/use-desk";
import { useAction } from "@/lib/client/console/use-endpoint";
import type { ProblemError } from "@/lib/client/problem";
import { adjudicateItem, claimDisagreements, type Disagreement } from "@/lib/contracts/adjudications";
import { DeskFrame } from "./desk-frame";
import { type Adjudication, DisagreementCase } from "./disagreement-case";

const AT_HAND = 5;
const UNDO_MS = 8000;

/** One disputed item after another, its judgements without names. */
export function DisagreementsDesk({ projectId }: { projectId: string }) {
  const t = useTranslations("console.reviews.disagreements");
  const desk = useDesk<Disagreement>({
    queue: [claimDisagreements.path, projectId],
    idOf: (entry) => entry.itemId,
    claim: async (exclude) =>
      (await callFor(claimDisagreements, { body: { projectId, exclude, limit: AT_HAND } })).cases,
  });
  const { decide, undo } = useAdjudicating(desk);
  useCaseKeys({ u: undo });
  const { current } = desk;
  return (
    <DeskFrame
      name="disagreements"
      {...desk}
      place={current ? { position: desk.position, held: desk.held } : null}
      empty={{ title: t("empty"), hint: t("emptyHint") }}
    >
      {current && (
        <DisagreementCase key={current.itemId} entry={current} onDecide={(outcome) => decide(current, outcome)} />
      )}
    </DeskFrame>
  );
}

function useAdjudicating(desk: ReturnType<typeof useDesk<Disagreement>>) {
  const t = useTranslations("console.reviews");
  const action = useAction(adjudicateItem);
  const last = useRef<{ itemId: string; id: string; at: number } | null>(null);
  const undo = () => {
    const before = last.current;
    if (!before || Date.now() - before.at > UNDO_MS) return;
    last.current = null;
    const { itemId, id } = before;
    action.mutateAsync({ params: { itemId }, body: { outcome: "withdrawn", supersedesId: id } }).then(
      () => {
        toast({ title: t("undone") });
        desk.comeBack(itemId);
      },
      (error: ProblemError) => toast({ tone: "danger", title: t("failed"), description: error.message }),
    );
  };
  const decide = (entry: Disagreement, body: Adjudication) => {
    const { itemId } = entry;
    desk.leave(entry);
    action.mutateAsync({ params: { itemId }, body: { ...body, supersedesId: entry.adjudicationId } }).then(
      (made) => {
        if (!made) return;
        last.current = { itemId, id: made.id, at: Date.now() };
        toast({
          tone: "done",
          title: t(`disagreements.settled.${body.outcome}`),
          durationMs: UNDO_MS,
          action: { label: t("undo"), shortcut: "u", run: undo },
        });
      },
      (error: ProblemError) => {
        toast({ tone: "danger", title: t("failed"), description: error.message });
        desk.comeBack(itemId);
      },
    );
  };
  return { decide, undo };
}
