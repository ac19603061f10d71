"use client";
import { useTranslations } from "next-intl";
import { callFor } from "@/lib/client/call";
import { useDesk } from "@/lib/client/console/use-desk";
import { useAction } from "@/lib/client/console/use-endpoint";
import { adjudicateItem, claimDisagreements, type Disagreement } from "@/lib/contracts/adjudications";
import { DeskFrame } from "./desk-frame";
import { type Adjudication, DisagreementCase } from "./disagreement-case";
import { useDecisions } from "./use-decisions";

const AT_HAND = 5;

/** One disputed item after another, its judgements without names. */
export function DisagreementsDesk({ projectId }: { projectId: string }) {
  const t = useTranslations("console.reviews.disagreements");
  const desk = useDesk<Disagreement>({
    queue: [claimDisagreements.path, projectId],
    idOf: (entry) => entry.itemId,
    claim: async (exclude) =>
      (await callFor(claimDisagreements, { body: { projectId, exclude, limit: AT_HAND } })).cases,
  });
  const action = useAction(adjudicateItem);
  const decide = useDecisions<Disagreement, Adjudication>({
    ...desk,
    idOf: (entry) => entry.itemId,
    send: ({ itemId, adjudicationId }, body) =>
      action.mutateAsync({ params: { itemId }, body: { ...body, supersedesId: adjudicationId } }),
    withdraw: (itemId, supersedesId) =>
      action.mutateAsync({ params: { itemId }, body: { outcome: "withdrawn", supersedesId } }),
    said: ({ outcome }) => t(`settled.${outcome}`),
  });
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
