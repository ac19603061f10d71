"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Select } from "@/app/components/field";
import { ErrorState } from "@/app/components/states";
import { useAction } from "@/lib/client/console/use-endpoint";
import { createEntryTest, ENTRY_TEST_TEMPLATES, type EntryTestTemplate } from "@/lib/contracts/entry-tests";

/** A test from one of the paper's four, or from nothing; opens in the editor. */
export function AddTest(props: { projectId: string; open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("console.onboarding");
  const router = useRouter();
  const create = useAction(createEntryTest);
  const [template, setTemplate] = useState<EntryTestTemplate>("language");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const task =
      new FormData(event.currentTarget).get("task") === "safety" ? ("safety" as const) : ("helpfulness" as const);
    create.mutate(
      { params: { projectId: props.projectId }, body: { task, template } },
      { onSuccess: (test) => test && router.push(`/console/projects/${props.projectId}/onboarding/${test.id}`) },
    );
  };
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange} title={t("add")} description={t("addText")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-sm font-medium">{t("template")}</legend>
          {ENTRY_TEST_TEMPLATES.map((value) => (
            <label
              key={value}
              className="flex items-start gap-3 rounded-md border border-line p-3 has-checked:border-accent has-checked:bg-accent-soft"
            >
              <input
                type="radio"
                name="template"
                checked={template === value}
                onChange={() => setTemplate(value)}
                className="mt-1 size-4 accent-accent"
              />
              <span>
                <span className="block font-medium">{t(`templates.${value}`)}</span>
                <span className="block text-sm text-muted">{t(`templateTexts.${value}`)}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <Field label={t("task")} hint={t("taskHint")}>
          {(control) => (
            <Select
              {...control}
              key={template}
              name="task"
              defaultValue={template === "sensitive" ? "safety" : "helpfulness"}
            >
              <option value="helpfulness">{t("tasks.helpfulness")}</option>
              <option value="safety">{t("tasks.safety")}</option>
            </Select>
          )}
        </Field>
        {create.error && <ErrorState error={create.error} />}
        <Button type="submit" variant="primary" busy={create.isPending || create.isSuccess}>
          {t("addDraft")}
        </Button>
      </form>
    </Dialog>
  );
}
