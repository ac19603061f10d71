"use client";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import type { z } from "zod";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { Field, Textarea } from "@/app/components/field";
import { useCaseKeys } from "@/lib/client/console/use-case-keys";
import type { ReviewCase, reviewBodySchema } from "@/lib/contracts/reviews";
import { When } from "../parts/when";
import { Comments } from "./comments";
import { JudgementView } from "./judgement-view";
import { NoteForm } from "./note-form";
import { PairView } from "./pair-view";
import { CorrectionFields, useVerdictForm, VerdictFields } from "./verdict-form";

export type Decision = z.input<typeof reviewBodySchema>;
type Mode = "look" | "fix" | "reject";

/** One judgement with the pair it is about, and what a reviewer may do with it. */
export function ReviewCaseView({ entry, onDecide }: { entry: ReviewCase; onDecide: (decision: Decision) => void }) {
  const [mode, setMode] = useState<Mode>("look");
  return (
    <Section title={<CaseTitle entry={entry} />}>
      <div className="flex flex-col gap-4">
        <PairView pair={entry} preferred={entry.judgement.preferred} />
        <JudgementView judgement={entry.judgement} pair={entry} durationMs={entry.durationMs} />
        <EarlierFeedback entry={entry} />
        {mode === "look" && <Look onMode={setMode} onApprove={() => onDecide({ decision: "approved" })} />}
        {mode === "reject" && <Reject onDecide={onDecide} onClose={() => setMode("look")} />}
        {mode === "fix" && <Fix entry={entry} onDecide={onDecide} onClose={() => setMode("look")} />}
        <Comments itemId={entry.itemId} />
      </div>
    </Section>
  );
}

function CaseTitle({ entry }: { entry: ReviewCase }) {
  const t = useTranslations("console.reviews");
  return (
    <span className="flex flex-wrap items-center gap-2">
      {entry.reasons.map((reason) => (
        <Badge key={reason} tone={reason === "preferred_unsafe" ? "danger" : reason === "flagged" ? "warn" : "neutral"}>
          {t(`reason.${reason}`)}
        </Badge>
      ))}
      <span className="text-base font-normal text-muted">
        {entry.annotator.name} · {entry.campaign.name} · <When at={entry.createdAt} />
      </span>
    </span>
  );
}

function EarlierFeedback({ entry }: { entry: ReviewCase }) {
  const t = useTranslations("console.reviews");
  if (!entry.earlierFeedback) return null;
  return (
    <p className="max-w-read rounded-md bg-warn-soft px-3 py-2">
      <span className="text-sm text-warn">{t("earlierFeedback")}</span> {entry.earlierFeedback}
    </p>
  );
}

function Look({ onMode, onApprove }: { onMode: (mode: Mode) => void; onApprove: () => void }) {
  const t = useTranslations("console.reviews");
  useCaseKeys({ a: onApprove, f: () => onMode("fix"), x: () => onMode("reject") });
  return (
    <div className="flex flex-wrap gap-2">
      <Button variant="primary" shortcut="a" onClick={onApprove}>
        {t("approve")}
      </Button>
      <Button shortcut="f" onClick={() => onMode("fix")}>
        {t("fix.open")}
      </Button>
      <Button shortcut="x" onClick={() => onMode("reject")}>
        {t("reject")}
      </Button>
    </div>
  );
}

interface FormProps {
  onDecide: (decision: Decision) => void;
  onClose: () => void;
}

function Reject({ onDecide, onClose }: FormProps) {
  const t = useTranslations("console.reviews");
  return (
    <NoteForm
      label={t("feedback")}
      hint={t("feedbackHint")}
      send={t("rejectSend")}
      tone="danger"
      onSend={(feedback) => onDecide({ decision: "rejected", feedback })}
      onClose={onClose}
    />
  );
}

function Fix({ entry, onDecide, onClose }: FormProps & { entry: ReviewCase }) {
  const t = useTranslations("console.reviews");
  const [feedback, setFeedback] = useState("");
  const sent = useRef(false);
  const asksSafety = entry.task === "safety";
  const send = () => {
    const { preferred, strength, safety, tags, rationale, editedResponse } = form;
    if (!complete || !preferred || !strength || sent.current) return;
    sent.current = true;
    const texts = {
      rationale: rationale.trim() ? rationale : null,
      editedResponse: editedResponse?.trim() ? editedResponse : null,
    };
    onDecide({ decision: "fixed", feedback, correction: { preferred, strength, safety, tags, ...texts } });
  };
  const keys = { "Ctrl+Enter": () => send(), Enter: () => send(), Escape: onClose };
  const { form, change, complete } = useVerdictForm(entry.judgement, asksSafety, keys);
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-3">
      <p className="max-w-read text-sm text-muted">{t("fix.hint")}</p>
      <VerdictFields form={form} change={change} asksSafety={asksSafety} />
      <CorrectionFields form={form} change={change} language={entry.language}>
        <Field label={t("feedback")} optional={t("optional")}>
          {(control) => (
            <Textarea
              {...control}
              dir="auto"
              maxLength={10_000}
              value={feedback}
              onChange={(event) => setFeedback(event.target.value)}
            />
          )}
        </Field>
      </CorrectionFields>
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" shortcut="Enter" disabled={!complete} onClick={send}>
          {t("fix.send")}
        </Button>
        <Button variant="ghost" shortcut="Esc" onClick={onClose}>
          {t("cancel")}
        </Button>
      </div>
    </div>
  );
}
