"use client";
import { useTranslations } from "next-intl";
import { Field, Input, Textarea } from "@/app/components/field";
import type { ProblemError } from "@/lib/client/problem";

const NUMBERS = [
  { name: "temperature", value: 1, min: 0, max: 5, step: "any" },
  { name: "topP", value: 1, min: 0.01, max: 1, step: "any" },
  { name: "topK", value: 0, min: 0, max: 1000, step: 1 },
  { name: "tokensMax", value: 256, min: 1, max: 8192, step: 1 },
  { name: "weight", value: 1, min: 0, max: 1000, step: "any" },
] as const;

/** What the fields below hold, ready to be sent. */
export function readVariant(form: FormData) {
  const number = (name: (typeof NUMBERS)[number]["name"]) => Number(form.get(name));
  return {
    name: String(form.get("variantName")),
    systemPrompt: String(form.get("systemPrompt")),
    temperature: number("temperature"),
    topP: number("topP"),
    topK: number("topK"),
    tokensMax: number("tokensMax"),
    weight: number("weight"),
  };
}

/** `path` is where the variant stands in the request, so that the server's problems find their field. */
export function VariantFields({ path, error }: { path: string; error: ProblemError | null }) {
  const t = useTranslations("console.policies");
  const problem = (name: string) => error?.problems.find((entry) => entry.path === `${path}.${name}`)?.message;
  return (
    <>
      <Field label={t("variantName")} hint={t("variantNameHint")} error={problem("name")}>
        {(control) => <Input {...control} name="variantName" required maxLength={100} defaultValue="default" />}
      </Field>
      <Field label={t("fields.systemPrompt")} optional={t("optional")} error={problem("systemPrompt")}>
        {(control) => <Textarea {...control} name="systemPrompt" maxLength={20_000} />}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        {NUMBERS.map(({ name, value, ...limits }) => (
          <Field key={name} label={t(`fields.${name}`)} hint={t(`hints.${name}`)} error={problem(name)}>
            {(control) => <Input {...control} {...limits} type="number" name={name} required defaultValue={value} />}
          </Field>
        ))}
      </div>
    </>
  );
}
