"use client";
import { useTranslations } from "next-intl";
import { EMPTY_FORM, STEPS } from "@/lib/client/annotate/steps";
import type { OwnQuestion } from "@/lib/contracts/onboarding";
import type { Answer } from "@/lib/domain/entry-test";
import { StepBar } from "../annotate/step-bar";
import { cn } from "../cn";
import { Field, Textarea } from "../field";
import { Kbd } from "../kbd";
import { Markdown } from "../markdown";

interface Props {
  question: OwnQuestion;
  answer: Answer | undefined;
  onAnswer: (answer: Answer) => void;
}

/** What is asked, and the one control that answers it. Nothing is chosen at the start. */
export function QuestionField(props: Props) {
  const { question } = props;
  return (
    <div className="flex flex-col gap-4">
      <Markdown text={question.text} className="max-w-read" />
      {(question.kind === "single_choice" || question.kind === "multiple_choice") && <Choices {...props} />}
      {question.kind === "pair" && <Pair {...props} />}
      {(question.kind === "text" || question.kind === "prompt") && <Written {...props} />}
    </div>
  );
}

export function toggled(question: OwnQuestion, answer: Answer | undefined, option: string): Answer {
  if (question.kind === "single_choice") return { kind: "single_choice", option };
  const chosen = answer?.kind === "multiple_choice" ? answer.options : [];
  const options = chosen.includes(option) ? chosen.filter((id) => id !== option) : [...chosen, option];
  return { kind: "multiple_choice", options };
}

function Choices({ question, answer, onAnswer }: Props) {
  const t = useTranslations("annotate.onboarding.test");
  const single = question.kind === "single_choice";
  const isChosen = (id: string) =>
    answer?.kind === "single_choice"
      ? answer.option === id
      : answer?.kind === "multiple_choice" && answer.options.includes(id);
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-2 text-sm text-muted">{single ? t("chooseOne") : t("chooseAll")}</legend>
      {question.options.map((option, index) => (
        <label
          key={option.id}
          className={cn(
            "flex min-h-11 cursor-pointer items-start gap-3 rounded-md border border-line-strong/50 bg-surface px-3 py-2.5 hover:bg-sunken",
            "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
            isChosen(option.id) && "border-accent bg-accent-soft ring-1 ring-accent hover:bg-accent-soft",
          )}
        >
          <input
            type={single ? "radio" : "checkbox"}
            name={question.id}
            checked={isChosen(option.id)}
            aria-keyshortcuts={String(index + 1)}
            onChange={() => onAnswer(toggled(question, answer, option.id))}
            className="mt-1 size-4 shrink-0 accent-accent"
          />
          <span className="min-w-0 flex-1 text-read">{option.text}</span>
          <Kbd>{String(index + 1)}</Kbd>
        </label>
      ))}
    </fieldset>
  );
}

export const stepAnswer = (digit: number): Answer => ({ kind: "pair", step: digit });

function Pair({ question, answer, onAnswer }: Props) {
  const t = useTranslations("annotate.onboarding.test");
  const step = STEPS.find(({ digit }) => answer?.kind === "pair" && digit === answer.step);
  return (
    <>
      <div className="grid gap-4 md:grid-cols-2">
        {(["A", "B"] as const).map((side) => (
          <section
            key={side}
            aria-label={t("response", { side })}
            className={cn(
              "rounded-md border border-line border-t-3 p-4",
              side === "A" ? "border-t-side-a" : "border-t-side-b",
            )}
          >
            <p aria-hidden="true" className={cn("mb-1 font-semibold", side === "A" ? "text-side-a" : "text-side-b")}>
              {side}
            </p>
            <Markdown text={(side === "A" ? question.responseA : question.responseB) ?? ""} />
          </section>
        ))}
      </div>
      <StepBar
        form={{ ...EMPTY_FORM, preferred: step?.preferred ?? null, strength: step?.strength ?? null }}
        onStep={({ digit }) => onAnswer(stepAnswer(digit))}
      />
    </>
  );
}

export const wordCount = (text: string): number => text.trim().split(/\s+/u).filter(Boolean).length;

function Written({ question, answer, onAnswer }: Props) {
  const t = useTranslations("annotate.onboarding.test");
  const text = answer?.kind === "text" || answer?.kind === "prompt" ? answer.text : "";
  const kind = question.kind === "prompt" ? "prompt" : "text";
  const words = wordCount(text);
  const hint = question.wordsMin ? t("wordsOf", { words, least: question.wordsMin }) : t("words", { words });
  return (
    <Field label={t(kind === "prompt" ? "yourPrompt" : "yourText")} hint={hint}>
      {(control) => (
        <Textarea
          {...control}
          rows={kind === "prompt" ? 6 : 10}
          maxLength={40_000}
          value={text}
          onChange={(event) => onAnswer({ kind, text: event.target.value })}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          className="text-read"
        />
      )}
    </Field>
  );
}
