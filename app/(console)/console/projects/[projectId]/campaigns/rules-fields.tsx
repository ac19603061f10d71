"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Checkbox, Field, Input, Select } from "@/app/components/field";
import type { CampaignRules } from "@/lib/contracts/campaigns";
import { ORDERINGS } from "@/lib/domain/ordering";
import { percent } from "./rules";

type Fields = Parameters<typeof Field>[0]["children"];

/** Who gets a campaign's items, in which order, what is mixed in, and how much of it a day. `rules`: as they stand. */
export function RulesFields({ rules }: { rules: CampaignRules }) {
  const t = useTranslations("console.campaigns.rules");
  const field = (name: string, children: Fields) => (
    <Field label={t(`fields.${name}` as "fields.ordering")} hint={t(`hints.${name}` as "hints.ordering")}>
      {children}
    </Field>
  );
  const number = (name: string, value: number | null, min: number, max: number, step: number | "any" = 1) =>
    field(name, (control) => (
      <Input
        {...control}
        name={name}
        type="number"
        inputMode="numeric"
        defaultValue={value ?? ""}
        min={min}
        max={max}
        step={step}
      />
    ));
  return (
    <>
      <Group title={t("who")}>
        {field("languages", (control) => (
          <Input {...control} name="languages" defaultValue={rules.languages.join(", ")} autoComplete="off" />
        ))}
        <Checkbox name="certifiedOnly" defaultChecked={rules.certifiedOnly} label={t("fields.certifiedOnly")} />
      </Group>
      <Group title={t("order")}>
        {field("ordering", (control) => (
          <Select {...control} name="ordering" defaultValue={rules.ordering}>
            {ORDERINGS.map((ordering) => (
              <option key={ordering} value={ordering}>
                {t(`orderings.${ordering}`)}
              </option>
            ))}
          </Select>
        ))}
        {number("durationMinSeconds", rules.durationMinMs / 1000, 0, 3600, "any")}
        {number("goldPercent", percent(rules.goldShare), 0, 50)}
        {number("mirrorPercent", percent(rules.mirrorShare), 0, 50)}
        {number("mirrorAfterDays", rules.mirrorAfterDays, 0, 365)}
        {number("reviewPercent", rules.reviewShare === null ? null : percent(rules.reviewShare), 0, 100)}
        <Checkbox name="voteEarly" defaultChecked={rules.voteEarly} label={t("fields.voteEarly")} />
      </Group>
      <Group title={t("limits")}>
        {number("judgementsMaxPerDay", rules.judgementsMaxPerDay, 1, 100_000)}
        {number("exposureMaxPerDay", rules.exposureMaxPerDay, 1, 100_000)}
        {number("cooldownMinutes", rules.cooldownMinutes, 0, 1440)}
      </Group>
    </>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="grid items-start gap-4 sm:grid-cols-2">
      <legend className="mb-2 font-semibold">{title}</legend>
      {children}
    </fieldset>
  );
}
