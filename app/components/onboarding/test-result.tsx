"use client";
import { CircleCheck, CircleX } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { STEPS } from "@/lib/client/annotate/steps";
import type { AnswerFeedback, AttemptResult, OwnAttempt, RuleOutcome } from "@/lib/contracts/onboarding";
import { Badge } from "../badge";
import { LinkButton } from "../button";
import { PageHeader, Section } from "../card";
import { Markdown } from "../markdown";

/** How it went: each rule with what was reached, what to practise, and every answer with what its graders wrote. */
export function TestResult({ attempt, result }: { attempt: OwnAttempt; result: AttemptResult }) {
  const t = useTranslations("annotate.onboarding.result");
  const passed = result.outcome === "passed";
  return (
    <div className="flex flex-col gap-5">
      <PageHeader
        title={attempt.title}
        description={passed ? t("passedText") : t("failedText")}
        actions={<LinkButton href={`/annotate/${attempt.projectId}/onboarding`}>{t("back")}</LinkButton>}
      />
      <Section title={<OutcomeBadge passed={passed} />}>
        <RuleLines rules={result.rules} />
      </Section>
      <FeedbackSections feedback={result.feedback} />
    </div>
  );
}

export const RuleLines = ({ rules }: { rules: RuleOutcome[] }) => (
  <ul className="flex flex-col divide-y divide-line">
    {rules.map((rule) => (
      <RuleLine key={`${rule.sections.join()}${rule.measure}`} rule={rule} />
    ))}
  </ul>
);

export const FeedbackSections = ({ feedback }: { feedback: AnswerFeedback[] }) =>
  [...new Set(feedback.map(({ section }) => section))].map((section) => (
    <Section key={section} title={section}>
      <ol className="flex flex-col gap-4">
        {feedback
          .filter((entry) => entry.section === section)
          .map((entry) => (
            <FeedbackLine key={entry.questionId} entry={entry} />
          ))}
      </ol>
    </Section>
  ));

function OutcomeBadge({ passed }: { passed: boolean }) {
  const t = useTranslations("annotate.onboarding.result");
  return passed ? (
    <Badge tone="done" icon={<CircleCheck size={14} aria-hidden />}>
      {t("passed")}
    </Badge>
  ) : (
    <Badge tone="warn" icon={<CircleX size={14} aria-hidden />}>
      {t("failed")}
    </Badge>
  );
}

function RuleLine({ rule }: { rule: RuleOutcome }) {
  const t = useTranslations("annotate.onboarding.result");
  const format = useFormatter();
  const number = (value: number) =>
    rule.measure === "share"
      ? format.number(value, { style: "percent", maximumFractionDigits: 1 })
      : format.number(value, { maximumFractionDigits: 2 });
  const need = t(`need.${rule.operator}`, { value: number(rule.value) });
  return (
    <li className="py-3">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-40 flex-1 font-medium">{rule.sections.join(" + ")}</span>
        <span className="tabular-nums">
          {rule.got === null
            ? t("tooFew", { of: rule.of })
            : t(`got.${rule.measure}`, { got: number(rule.got), of: rule.of })}
        </span>
        <span className="text-muted tabular-nums">{need}</span>
        <OutcomeBadge passed={rule.passed === true} />
      </p>
      {rule.advice.map((advice) => (
        <p key={advice} className="mt-1 max-w-read text-muted">
          {t("advice")} {advice}
        </p>
      ))}
    </li>
  );
}

function FeedbackLine({ entry }: { entry: AnswerFeedback }) {
  const t = useTranslations("annotate.onboarding.result");
  const steps = useTranslations("annotate.verdict");
  const shown = (text: string) => {
    const step = entry.kind === "pair" ? STEPS.find(({ digit }) => String(digit) === text) : undefined;
    return step
      ? steps("stepName", { side: step.preferred.toUpperCase(), strength: steps(`strength.${step.strength}`) })
      : text;
  };
  return (
    <li className="rounded-md border border-line p-3">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-1">
        <Markdown text={entry.question} className="min-w-0 flex-1" />
        {entry.right !== null && (
          <Badge tone={entry.right ? "done" : "warn"}>{t(entry.right ? "right" : "notRight")}</Badge>
        )}
        {entry.grade !== null && (
          <Badge tone={entry.grade >= 4 ? "done" : "warn"}>{t("grade", { grade: entry.grade })}</Badge>
        )}
      </div>
      <dl className="mt-2 grid gap-x-3 gap-y-1 sm:grid-cols-[auto_1fr]">
        <dt className="text-sm text-muted">{t("yours")}</dt>
        <dd className="min-w-0 break-words whitespace-pre-wrap">{entry.yours ? shown(entry.yours) : t("none")}</dd>
        {entry.key && !entry.right && (
          <>
            <dt className="text-sm text-muted">{t("team")}</dt>
            <dd>{shown(entry.key)}</dd>
          </>
        )}
        {entry.explanation && (
          <>
            <dt className="text-sm text-muted">{t("because")}</dt>
            <dd>{entry.explanation}</dd>
          </>
        )}
        {entry.comments.map((comment) => (
          <div key={comment} className="contents">
            <dt className="text-sm text-muted">{t("comment")}</dt>
            <dd className="whitespace-pre-wrap">{comment}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
