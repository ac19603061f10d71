"use client";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { keyLabel } from "@/lib/client/annotate/key-name";
import { useKeys } from "@/lib/client/annotate/preferences";
import { STEPS, type Step, type VerdictForm } from "@/lib/client/annotate/steps";
import { cn } from "../cn";
import { Kbd } from "../kbd";

/** Eight steps as one radio group: digits mirror the screen. Nothing is chosen at the start. */
export function StepBar({
  form,
  onStep,
  disabled,
}: {
  form: VerdictForm;
  onStep: (step: Step) => void;
  disabled?: boolean;
}) {
  const t = useTranslations("annotate.verdict");
  const group = useId();
  return (
    <fieldset disabled={disabled} className="min-w-0 disabled:opacity-50">
      <legend className="mb-1.5 text-sm font-medium">{t("question")}</legend>
      <div
        role="radiogroup"
        aria-label={t("question")}
        className="grid grid-cols-4 gap-1 lg:grid-cols-[repeat(4,minmax(0,1fr))_auto_repeat(4,minmax(0,1fr))]"
      >
        {STEPS.slice(0, 4).map((step) => (
          <StepButton key={step.digit} group={group} step={step} form={form} onStep={onStep} />
        ))}
        <span aria-hidden="true" className="hidden items-center px-2 text-sm lg:flex">
          <b className="text-side-a">A</b>
          <span className="mx-1.5 h-5 w-px bg-line-strong" />
          <b className="text-side-b">B</b>
        </span>
        {STEPS.slice(4).map((step) => (
          <StepButton key={step.digit} group={group} step={step} form={form} onStep={onStep} />
        ))}
      </div>
    </fieldset>
  );
}

interface StepButtonProps {
  /** Name of the radio group: two items can stand in one page. */
  group: string;
  step: Step;
  form: VerdictForm;
  onStep: (step: Step) => void;
}

function StepButton({ group, step, form, onStep }: StepButtonProps) {
  const t = useTranslations("annotate.verdict");
  const key = useKeys()[step.action];
  const checked = form.preferred === step.preferred && form.strength === step.strength;
  const isA = step.preferred === "a";
  return (
    <label
      className={cn(
        "relative flex min-h-11 cursor-pointer items-center justify-center gap-1.5 rounded-md border bg-surface px-0.5 text-center text-xs tracking-tight lg:px-1 lg:text-sm lg:tracking-normal",
        "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
        "flex-col lg:flex-row",
        checked
          ? isA
            ? "border-side-a bg-side-a-soft font-semibold text-side-a ring-1 ring-side-a"
            : "border-side-b bg-side-b-soft font-semibold text-side-b ring-1 ring-side-b"
          : "border-line-strong/50 hover:bg-sunken",
      )}
    >
      <input
        type="radio"
        name={group}
        value={step.digit}
        checked={checked}
        aria-label={t("stepName", { side: step.preferred.toUpperCase(), strength: t(`strength.${step.strength}`) })}
        aria-keyshortcuts={key}
        onChange={() => onStep(step)}
        className="absolute inset-0 cursor-pointer opacity-0"
      />
      <Kbd className="sm:hidden lg:inline-flex">{keyLabel(key)}</Kbd>
      <span aria-hidden="true" className="leading-tight">
        <span className={cn("font-semibold lg:hidden", isA ? "text-side-a" : "text-side-b")}>
          {step.preferred.toUpperCase()}{" "}
        </span>
        {t(`short.${step.strength}`)}
      </span>
    </label>
  );
}
