"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import type { z } from "zod";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { useCaseKeys } from "@/lib/client/console/use-case-keys";
import type { decideTriage, TriageCase } from "@/lib/contracts/triage";
import { DetailsList } from "../parts/details-list";
import { When } from "../parts/when";
import { Comments } from "./comments";
import { JudgementView } from "./judgement-view";
import { NoteForm } from "./note-form";
import { PairView } from "./pair-view";

export type TriageDecision = z.input<NonNullable<typeof decideTriage.body>>;
interface Props {
  entry: TriageCase;
  onDecide: (decision: TriageDecision) => void;
}

export function TriageCaseView({ entry, onDecide }: Props) {
  const t = useTranslations("console.reviews.triage");
  const [asks, setAsks] = useState(false);
  return (
    <Section
      title={
        <span className="flex flex-wrap items-center gap-2">
          <Badge tone={entry.queue === "likely_slip" ? "warn" : "neutral"}>{t(`queue.${entry.queue}`)}</Badge>
          <span className="text-base font-normal text-muted">
            {entry.annotator.name} · {entry.campaign.name} · <When at={entry.createdAt} />
          </span>
        </span>
      }
      description={t(`why.${entry.queue}`)}
    >
      <div className="flex flex-col gap-4">
        <PairView pair={entry} preferred={entry.judgement.preferred} />
        <JudgementView judgement={entry.judgement} pair={entry} durationMs={entry.durationMs} />
        <Evidence entry={entry} />
        {asks ? (
          <Ask entry={entry} onDecide={onDecide} onClose={() => setAsks(false)} />
        ) : (
          <Actions entry={entry} onDecide={onDecide} onAsk={() => setAsks(true)} />
        )}
        <Comments itemId={entry.itemId} />
      </div>
    </Section>
  );
}

function Evidence({ entry }: { entry: TriageCase }) {
  const t = useTranslations("console.reviews.triage.evidence");
  const format = useFormatter();
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
  const { categoryEvidence: category } = entry;
  return (
    <DetailsList
      entries={[
        { key: "expected", name: t("expected"), value: percent(Math.exp(-entry.surprise)) },
        { key: "reliability", name: t("reliability"), value: percent(entry.annotator.reliability) },
        { key: "slip", name: t("slip"), value: percent(entry.slipProbability) },
        { key: "votes", name: t("votes"), value: t("votesValue", entry.votes) },
        ...(category
          ? [
              {
                key: "category",
                name: t("category", { category: entry.category ?? "" }),
                value: t("categoryValue", {
                  annotators: category.annotators,
                  share: percent(category.share),
                  usual: percent(category.projectShare),
                }),
              },
            ]
          : []),
      ]}
    />
  );
}

/** The one that fits the queue comes first. */
function Actions({ entry, onDecide, onAsk }: Props & { onAsk: () => void }) {
  const t = useTranslations("console.reviews.triage");
  const plurality = () => onDecide({ action: "keep_plurality" });
  const review = () => onDecide({ action: "review" });
  const dismiss = () => onDecide({ action: "dismiss" });
  const isPlurality = entry.queue === "plurality";
  useCaseKeys({ m: onAsk, r: review, p: isPlurality ? plurality : undefined, x: dismiss });
  return (
    <div className="flex flex-wrap gap-2">
      {isPlurality && (
        <Button variant="primary" shortcut="p" onClick={plurality}>
          {t("keep")}
        </Button>
      )}
      <Button variant={isPlurality ? "secondary" : "primary"} shortcut="m" onClick={onAsk}>
        {entry.queue === "guideline_gap" ? t("askLead") : t("askAnnotator")}
      </Button>
      <Button shortcut="r" onClick={review}>
        {t("review")}
      </Button>
      <Button shortcut="x" onClick={dismiss} title={t("dismissHint")}>
        {t("dismiss")}
      </Button>
    </div>
  );
}

function Ask({ entry, onDecide, onClose }: Props & { onClose: () => void }) {
  const t = useTranslations("console.reviews.triage");
  const toLead = entry.queue === "guideline_gap";
  return (
    <NoteForm
      label={toLead ? t("toLead") : t("toAnnotator")}
      hint={toLead ? t("toLeadHint") : t("toAnnotatorHint")}
      send={t("send")}
      tone="primary"
      initial={toLead ? "" : t("question")}
      onSend={(note) => onDecide({ action: toLead ? "ask_lead" : "ask_annotator", note })}
      onClose={onClose}
    />
  );
}
