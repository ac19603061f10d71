"use client";
import { Trash2 } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { Button, IconButton } from "@/app/components/button";
import { Field, Select } from "@/app/components/field";
import { STEPS } from "@/lib/client/annotate/steps";
import { PAIR_MATCHES, pickText, type Question } from "@/lib/domain/entry-test";
import { LocalizedField } from "./localized-field";
import { newOption } from "./new-parts";
import { NumberField } from "./number-field";

interface Props<Q extends Question = Question> {
  question: Q;
  onChange: (question: Question) => void;
}
type Of<Kind extends Question["kind"]> = Extract<Question, { kind: Kind }>;

/** A question folded to its first line; open, it shows text, key and explanation. */
export function QuestionEditor(props: Props & { number: number; onRemove: () => void; faulty: boolean }) {
  const t = useTranslations("console.onboarding.editor");
  const locale = useLocale();
  const { question, number, faulty, onChange } = props;
  return (
    <details open={faulty && pickText(question.text, locale) === ""} className="rounded-md border border-line">
      <summary className="flex flex-wrap items-center gap-2 px-3 py-2">
        <span className="font-medium tabular-nums">{number}.</span>
        <span className="text-sm text-muted">{t(`kinds.${question.kind}`)}</span>
        <span className="min-w-0 flex-1 truncate">{pickText(question.text, locale) || t("noText")}</span>
        {faulty && <span className="text-sm text-warn">{t("incomplete")}</span>}
      </summary>
      <div className="flex flex-col gap-4 border-t border-line p-3">
        <LocalizedField
          label={question.kind === "prompt" ? t("topic") : t("text")}
          value={question.text}
          rows={question.kind === "prompt" ? undefined : 3}
          onChange={(text) => onChange({ ...question, text })}
        />
        {(question.kind === "single_choice" || question.kind === "multiple_choice") && (
          <Options question={question} onChange={onChange} />
        )}
        {question.kind === "pair" && <Pair question={question} onChange={onChange} />}
        {(question.kind === "text" || question.kind === "prompt") && (
          <Written question={question} onChange={onChange} />
        )}
        {question.kind !== "text" && question.kind !== "prompt" && (
          <LocalizedField
            label={t("explanation")}
            hint={t("explanationHint")}
            value={question.explanation}
            rows={2}
            onChange={(explanation) => onChange({ ...question, explanation })}
          />
        )}
        <div>
          <Button size="sm" variant="ghost" icon={<Trash2 size={15} aria-hidden />} onClick={props.onRemove}>
            {t("removeQuestion")}
          </Button>
        </div>
      </div>
    </details>
  );
}

function Options({ question, onChange }: Props<Of<"single_choice"> | Of<"multiple_choice">>) {
  const t = useTranslations("console.onboarding.editor");
  const isKey = (id: string) =>
    question.kind === "single_choice" ? question.correct === id : question.correct.includes(id);
  const setKey = (id: string) => {
    if (question.kind === "single_choice") return onChange({ ...question, correct: id });
    const correct = isKey(id) ? question.correct.filter((other) => other !== id) : [...question.correct, id];
    onChange({ ...question, correct });
  };
  const remove = (id: string) => {
    const options = question.options.filter((option) => option.id !== id);
    if (question.kind === "single_choice")
      onChange({ ...question, options, correct: question.correct === id ? null : question.correct });
    else onChange({ ...question, options, correct: question.correct.filter((other) => other !== id) });
  };
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-2 text-sm font-medium">{t("options")}</legend>
      {question.options.map((option, index) => (
        <div key={option.id} className="flex items-end gap-2">
          <input
            type={question.kind === "single_choice" ? "radio" : "checkbox"}
            name={`key-${question.id}`}
            checked={isKey(option.id)}
            onChange={() => setKey(option.id)}
            aria-label={t("isRight", { number: index + 1 })}
            className="mb-2.5 size-4 shrink-0 accent-accent"
          />
          <div className="min-w-0 flex-1">
            <LocalizedField
              label={t("option", { number: index + 1 })}
              value={option.text}
              onChange={(text) =>
                onChange({
                  ...question,
                  options: question.options.map((other) => (other.id === option.id ? { ...option, text } : other)),
                })
              }
            />
          </div>
          <IconButton
            label={t("removeOption", { number: index + 1 })}
            disabled={question.options.length <= 2}
            onClick={() => remove(option.id)}
          >
            <Trash2 size={16} aria-hidden />
          </IconButton>
        </div>
      ))}
      <div>
        <Button
          size="sm"
          disabled={question.options.length >= 12}
          onClick={() => onChange({ ...question, options: [...question.options, newOption()] })}
        >
          {t("addOption")}
        </Button>
      </div>
    </fieldset>
  );
}

function Pair({ question, onChange }: Props<Of<"pair">>) {
  const t = useTranslations("console.onboarding.editor");
  const steps = useTranslations("annotate.verdict");
  return (
    <>
      <LocalizedField
        label={t("responseA")}
        value={question.responseA}
        rows={3}
        onChange={(responseA) => onChange({ ...question, responseA })}
      />
      <LocalizedField
        label={t("responseB")}
        value={question.responseB}
        rows={3}
        onChange={(responseB) => onChange({ ...question, responseB })}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label={t("team")}>
          {(control) => (
            <Select
              {...control}
              value={question.team ?? ""}
              onChange={(event) => onChange({ ...question, team: Number(event.target.value) || null })}
            >
              <option value="">{t("notChosen")}</option>
              {STEPS.map(({ digit, preferred, strength }) => (
                <option key={digit} value={digit}>
                  {steps("stepName", { side: preferred.toUpperCase(), strength: steps(`strength.${strength}`) })}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t("match")}>
          {(control) => (
            <Select
              {...control}
              value={question.match}
              onChange={(event) =>
                onChange({ ...question, match: PAIR_MATCHES.find((match) => match === event.target.value) ?? "side" })
              }
            >
              {PAIR_MATCHES.map((match) => (
                <option key={match} value={match}>
                  {t(`matches.${match}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
    </>
  );
}

function Written({ question, onChange }: Props<Of<"text"> | Of<"prompt">>) {
  const t = useTranslations("console.onboarding.editor");
  return (
    <>
      <LocalizedField
        label={t("rubric")}
        hint={t("rubricHint")}
        value={question.rubric}
        rows={6}
        onChange={(rubric) => onChange({ ...question, rubric })}
      />
      <div className="max-w-xs">
        <NumberField
          label={t("wordsMin")}
          hint={t("wordsMinHint")}
          value={question.wordsMin}
          min={1}
          max={2000}
          empty
          onChange={(wordsMin) => onChange({ ...question, wordsMin })}
        />
      </div>
    </>
  );
}
