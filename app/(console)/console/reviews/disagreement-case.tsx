"use client";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import type { z } from "zod";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import type { adjudicationBodySchema, Disagreement } from "@/lib/contracts/adjudications";
import { Comments } from "./comments";
import { JudgementView } from "./judgement-view";
import { NoteForm } from "./note-form";
import { PairView } from "./pair-view";
import { useVerdictForm, VerdictFields } from "./verdict-form";

export type Adjudication = z.input<typeof adjudicationBodySchema>;
interface Props {
  entry: Disagreement;
  onDecide: (outcome: Adjudication) => void;
}

export function DisagreementCase({ entry, onDecide }: Props) {
  const t = useTranslations("console.reviews.disagreements");
  const [asksGap, setAsksGap] = useState(false);
  return (
    <Section
      title={
        <span className="flex flex-wrap items-center gap-2">
          <Badge>{entry.campaign.name}</Badge>
          <span className="text-base font-normal text-muted">{t("count", { count: entry.judgements.length })}</span>
        </span>
      }
    >
      <div className="flex flex-col gap-4">
        <PairView pair={entry} preferred={null} />
        <ol className="flex flex-col gap-3">
          {entry.judgements.map((judgement, index) => (
            <li key={judgement.comparisonId} className="border-l-2 border-line-strong pl-3">
              <p className="text-sm text-muted">{t("annotator", { number: index + 1 })}</p>
              <JudgementView judgement={judgement} pair={entry} durationMs={judgement.durationMs} />
            </li>
          ))}
        </ol>
        {asksGap ? (
          <NoteForm
            label={t("gapNote")}
            hint={t("gapHint")}
            send={t("gapSend")}
            tone="primary"
            onSend={(note) => onDecide({ outcome: "guideline_gap", note })}
            onClose={() => setAsksGap(false)}
          />
        ) : (
          <VerdictForm entry={entry} onDecide={onDecide} onGap={() => setAsksGap(true)} />
        )}
        <Comments itemId={entry.itemId} />
      </div>
    </Section>
  );
}

function VerdictForm({ entry, onDecide, onGap }: Props & { onGap: () => void }) {
  const t = useTranslations("console.reviews.disagreements");
  const asksSafety = entry.task === "safety";
  const sent = useRef(false);
  const once = (outcome: Adjudication) => {
    if (sent.current) return;
    sent.current = true;
    onDecide(outcome);
  };
  const plurality = () => once({ outcome: "plurality" });
  const settle = () => {
    const { preferred, strength, safety } = form;
    if (!complete || !preferred || !strength) return;
    once({ outcome: "verdict", preferred, strength, ...(safety ? { safety } : {}) });
  };
  const keys = { Enter: () => settle(), "Ctrl+Enter": () => settle(), p: plurality, g: onGap };
  const { form, change, complete } = useVerdictForm(null, asksSafety, keys);
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-3">
      <VerdictFields form={form} change={change} asksSafety={asksSafety} />
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" shortcut="Enter" disabled={!complete} onClick={settle}>
          {t("verdict")}
        </Button>
        <Button shortcut="p" onClick={plurality} title={t("pluralityHint")}>
          {t("plurality")}
        </Button>
        <Button shortcut="g" onClick={onGap} title={t("gapHint")}>
          {t("gap")}
        </Button>
      </div>
    </div>
  );
}
