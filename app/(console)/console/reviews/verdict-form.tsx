"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { SafetyRow } from "@/app/components/annotate/safety-row";
import { StepBar } from "@/app/components/annotate/step-bar";
import { Checkbox, Field, Textarea } from "@/app/components/field";
import { EMPTY_FORM, SAFETY_ANSWERS, STEPS, type VerdictForm } from "@/lib/client/annotate/steps";
import { type CaseKeys, useCaseKeys } from "@/lib/client/console/use-case-keys";
import { REASONS } from "@/lib/domain/reasons";
import type { Judgement } from "./judgement-view";

const SAFETY_KEYS = ["q", "w", "r", "x"];

/** The verdict being written: `judgement` to start from what was said, null to start with nothing chosen. */
export function useVerdictForm(judgement: Judgement | null, asksSafety: boolean, extraKeys: CaseKeys, enabled = true) {
  const [form, setForm] = useState<VerdictForm>({
    ...EMPTY_FORM,
    ...(judgement ?? {}),
    rationale: judgement?.rationale ?? "",
  });
  const change = (patch: Partial<VerdictForm>) => setForm((before) => ({ ...before, ...patch }));
  const keys: CaseKeys = { ...extraKeys };
  if (enabled) {
    for (const { digit, preferred, strength } of STEPS) keys[String(digit)] = () => change({ preferred, strength });
    if (asksSafety)
      for (const [index, safety] of SAFETY_ANSWERS.entries()) keys[SAFETY_KEYS[index]!] = () => change({ safety });
  }
  useCaseKeys(keys);
  const complete = form.preferred !== null && form.strength !== null && (!asksSafety || form.safety !== null);
  return { form, change, complete };
}

type Form = ReturnType<typeof useVerdictForm>;

export function VerdictFields({ form, change, asksSafety }: Pick<Form, "form" | "change"> & { asksSafety: boolean }) {
  return (
    <>
      <StepBar form={form} onStep={({ preferred, strength }) => change({ preferred, strength })} />
      {asksSafety && <SafetyRow form={form} onSafety={(safety) => change({ safety })} />}
    </>
  );
}

/** What else a reviewer may put right: reasons, rationale, the annotator's own answer. */
export function CorrectionFields({
  form,
  change,
  language,
  children,
}: Pick<Form, "form" | "change"> & { language: string; children?: ReactNode }) {
  const t = useTranslations("console.reviews");
  const verdict = useTranslations("annotate.verdict");
  const toggle = (tag: string) =>
    change({ tags: form.tags.includes(tag) ? form.tags.filter((known) => known !== tag) : [...form.tags, tag] });
  return (
    <>
      <fieldset className="min-w-0">
        <legend className="text-sm font-medium">{verdict("why")}</legend>
        <div className="flex flex-wrap gap-x-4">
          {REASONS.map((reason) => (
            <Checkbox
              key={reason}
              label={verdict(`reason.${reason}`)}
              checked={form.tags.includes(reason)}
              onChange={() => toggle(reason)}
            />
          ))}
        </div>
      </fieldset>
      <div className="grid gap-3 lg:grid-cols-2">
        <Field label={t("fix.rationale")}>
          {(control) => (
            <Textarea
              {...control}
              dir="auto"
              maxLength={10_000}
              value={form.rationale}
              onChange={(event) => change({ rationale: event.target.value })}
            />
          )}
        </Field>
        {form.editedResponse !== null && (
          <Field label={t("fix.edited")}>
            {(control) => (
              <Textarea
                {...control}
                lang={language}
                dir="auto"
                maxLength={40_000}
                value={form.editedResponse ?? ""}
                onChange={(event) => change({ editedResponse: event.target.value })}
              />
            )}
          </Field>
        )}
        {children}
      </div>
    </>
  );
}
