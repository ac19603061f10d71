"use client";
import { Plus, Trash2 } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { Button, IconButton } from "@/app/components/button";
import { Section as Card } from "@/app/components/card";
import { Checkbox, Field, Select } from "@/app/components/field";
import {
  type EntryTestContent,
  fitRules,
  pickText,
  RULE_MEASURES,
  RULE_OPERATORS,
  type Rule,
} from "@/lib/domain/entry-test";
import { newRule } from "./new-parts";
import { NumberField } from "./number-field";
import type { Change } from "./section-editor";

const DEFAULTS: Record<Rule["measure"], number> = { share: 0.8, count: 1, mean: 4 };

/** What it takes to pass: every rule must hold. */
export function RulesEditor({ content, onChange }: { content: EntryTestContent; onChange: Change }) {
  const t = useTranslations("console.onboarding.editor");
  const fitted = fitRules(content);
  const fits = fitted.every((rule, index) => rule === content.rules[index]);
  return (
    <Card title={t("rules")} description={t("rulesHint")}>
      <ol className="flex flex-col divide-y divide-line">
        {content.rules.map((rule, index) => (
          <RuleEditor key={rule.id} number={index + 1} rule={rule} content={content} onChange={onChange} />
        ))}
      </ol>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button
          icon={<Plus size={16} aria-hidden />}
          onClick={() => onChange((old) => ({ ...old, rules: [...old.rules, newRule(old)] }))}
        >
          {t("addRule")}
        </Button>
        {!fits && <Button onClick={() => onChange((old) => ({ ...old, rules: fitRules(old) }))}>{t("fit")}</Button>}
      </div>
      {!fits && <p className="mt-2 text-sm text-warn">{t("fitHint")}</p>}
    </Card>
  );
}

interface RuleProps {
  number: number;
  rule: Rule;
  content: EntryTestContent;
  onChange: Change;
}

function RuleEditor({ number, rule, content, onChange }: RuleProps) {
  const t = useTranslations("console.onboarding.editor");
  const locale = useLocale();
  const set = (patch: Partial<Rule>) =>
    onChange((old) => ({
      ...old,
      rules: old.rules.map((other) => (other.id === rule.id ? { ...other, ...patch } : other)),
    }));
  const percent = rule.measure === "share";
  return (
    <li className="flex flex-wrap items-end gap-x-4 gap-y-3 py-3">
      <fieldset className="min-w-48 flex-1">
        <legend className="text-sm font-medium">{t("ruleSections", { number })}</legend>
        {content.sections.map((section, index) => (
          <Checkbox
            key={section.id}
            className="mr-4"
            label={pickText(section.title, locale) || t("section", { number: index + 1 })}
            checked={rule.sectionIds.includes(section.id)}
            onChange={(event) =>
              set({
                sectionIds: event.target.checked
                  ? [...rule.sectionIds, section.id]
                  : rule.sectionIds.filter((id) => id !== section.id),
              })
            }
          />
        ))}
      </fieldset>
      <Field label={t("measure")}>
        {(control) => (
          <Select
            {...control}
            value={rule.measure}
            onChange={(event) => {
              const measure = RULE_MEASURES.find((value) => value === event.target.value) ?? "share";
              set({ measure, value: DEFAULTS[measure] });
            }}
          >
            {RULE_MEASURES.map((value) => (
              <option key={value} value={value}>
                {t(`measures.${value}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t("operator")}>
        {(control) => (
          <Select
            {...control}
            value={rule.operator}
            onChange={(event) =>
              set({ operator: RULE_OPERATORS.find((value) => value === event.target.value) ?? "at_least" })
            }
          >
            {RULE_OPERATORS.map((value) => (
              <option key={value} value={value}>
                {t(`operators.${value}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="w-28">
        <NumberField
          key={`${rule.measure}${rule.value}`}
          label={percent ? t("percent") : t("value")}
          value={percent ? Math.round(rule.value * 1000) / 10 : rule.value}
          min={0}
          max={percent ? 100 : rule.measure === "mean" ? 5 : 500}
          step={rule.measure === "count" ? undefined : 0.1}
          onChange={(value) => value !== null && set({ value: percent ? Math.round(value * 10) / 1000 : value })}
        />
      </div>
      <IconButton
        label={t("removeRule", { number })}
        onClick={() => onChange((old) => ({ ...old, rules: old.rules.filter(({ id }) => id !== rule.id) }))}
      >
        <Trash2 size={16} aria-hidden />
      </IconButton>
    </li>
  );
}
