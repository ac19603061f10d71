"use client";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Input, Select } from "@/app/components/field";
import { ErrorState } from "@/app/components/states";
import { useAction } from "@/lib/client/console/use-endpoint";
import { createCampaign } from "@/lib/contracts/campaigns";
import { DEFAULT_RULES, rulesOf } from "./rules";
import { RulesFields } from "./rules-fields";

export function CreateCampaign({
  projectId,
  open,
  onOpenChange,
}: {
  projectId: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useTranslations("console.campaigns");
  const action = useAction(createCampaign);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const number = (name: string) => Number(form.get(name));
    const body = {
      name: String(form.get("name")),
      kind: form.get("kind") === "red_team" ? ("red_team" as const) : ("preference" as const),
      task: form.get("task") === "safety" ? ("safety" as const) : ("helpfulness" as const),
      overlap: number("overlap"),
      liveItems: number("liveItems"),
      turnsMax: number("turnsMax"),
      leaseSecondsMax: number("leaseMinutes") * 60,
      ...rulesOf(form),
    };
    action.mutate({ params: { projectId }, body }, { onSuccess: () => onOpenChange(false) });
  };
  const numeric = (name: string, value: number, min: number, max: number) => (
    <Field label={t(`fields.${name}` as "fields.overlap")} hint={t(`hints.${name}` as "hints.overlap")}>
      {(control) => <Input {...control} name={name} type="number" required defaultValue={value} min={min} max={max} />}
    </Field>
  );
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("create")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("name")}>{(control) => <Input {...control} name="name" required maxLength={200} />}</Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("kind")}>
            {(control) => (
              <Select {...control} name="kind">
                <option value="preference">{t("kinds.preference")}</option>
                <option value="red_team">{t("kinds.red_team")}</option>
              </Select>
            )}
          </Field>
          <Field label={t("task")}>
            {(control) => (
              <Select {...control} name="task">
                <option value="helpfulness">{t("tasks.helpfulness")}</option>
                <option value="safety">{t("tasks.safety")}</option>
              </Select>
            )}
          </Field>
          {numeric("liveItems", 0, 0, 100_000)}
          {numeric("turnsMax", 6, 1, 50)}
          {numeric("overlap", 1, 1, 100)}
          {numeric("leaseMinutes", 30, 1, 1440)}
        </div>
        <details className="rounded-md border border-line p-3">
          <summary className="cursor-pointer font-medium">{t("rules.title")}</summary>
          <div className="mt-4 flex flex-col gap-6">
            <RulesFields rules={DEFAULT_RULES} />
          </div>
        </details>
        {action.error && <ErrorState error={action.error} />}
        <Button type="submit" variant="primary" busy={action.isPending}>
          {t("create")}
        </Button>
      </form>
    </Dialog>
  );
}
