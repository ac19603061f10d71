"use client";
import { useTranslations } from "next-intl";
import { Field, Input, Select } from "@/app/components/field";
import { type ProjectSettings, trainingConfigSchema } from "@/lib/domain/project-settings";
import type { TrainingOverrides } from "@/trainer/format/training-config";
import { type Layer, type NumberField, TRAINING_CHOICES, TRAINING_NUMBERS, TRAINING_TEXTS, writeText } from "./fields";

const DEFAULTS: Record<string, unknown> = trainingConfigSchema.parse({ task: "helpfulness" });
type NumberName = "heldoutShare";
type NestedName = "fields.publish.overlap";
type NestedHint = "hints.publish.overlap";
type ChoiceName = "engine";

function valueAt(settings: ProjectSettings, path: string): number {
  let value: unknown = settings;
  for (const key of path.split(".")) value = (value as Record<string, unknown>)[key];
  return Number(value);
}

export function NumberFields({ fields, settings }: { fields: readonly NumberField[]; settings: ProjectSettings }) {
  const t = useTranslations("console.settings");
  const label = (name: string) => {
    const [group, field] = name.split(".");
    return field ? t(`fields.${group}.${field}` as NestedName) : t(`fields.${name}` as `fields.${NumberName}`);
  };
  const hint = (name: string) => {
    const [group, field] = name.split(".");
    return field ? t(`hints.${group}.${field}` as NestedHint) : t(`hints.${name}` as `hints.${NumberName}`);
  };
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      {fields.map(({ name, ...bounds }) => (
        <Field key={name} label={label(name)} hint={hint(name)}>
          {(control) => (
            <Input {...control} {...bounds} name={name} type="number" required defaultValue={valueAt(settings, name)} />
          )}
        </Field>
      ))}
    </div>
  );
}

/** Overrides for both models or for one of them; the placeholder is what applies when a field is left empty. */
export function TrainingLayer({ layer, values }: { layer: Layer; values: TrainingOverrides }) {
  const t = useTranslations("console.settings");
  const count = Object.keys(values).length;
  const given = values as Record<string, unknown>;
  const name = (field: string) => `training.${layer}.${field}`;
  const label = (field: string) => t(`trainingFields.${field}` as `trainingFields.${ChoiceName}`);
  return (
    <details className="mt-4 border-t border-line pt-3" open={layer === "shared"}>
      <summary className="font-medium">
        {t(`layers.${layer}`)} <span className="text-sm font-normal text-muted">{t("overrides", { count })}</span>
      </summary>
      <div className="mt-3 grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {(Object.keys(TRAINING_CHOICES) as (keyof typeof TRAINING_CHOICES)[]).map((field) => (
          <Field key={field} label={label(field)}>
            {(control) => (
              <Select
                {...control}
                name={name(field)}
                defaultValue={given[field] === undefined ? "" : String(given[field])}
              >
                <option value="">{t("default", { value: String(DEFAULTS[field]) })}</option>
                {TRAINING_CHOICES[field].map((choice) => (
                  <option key={choice} value={choice}>
                    {choice}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        ))}
        {TRAINING_NUMBERS.map(({ name: field, ...bounds }) => (
          <Field key={field} label={label(field)}>
            {(control) => (
              <Input
                {...control}
                {...bounds}
                name={name(field)}
                type="number"
                placeholder={DEFAULTS[field] === null ? t("none") : String(DEFAULTS[field])}
                defaultValue={given[field] === undefined || given[field] === null ? "" : String(given[field])}
              />
            )}
          </Field>
        ))}
        {Object.keys(TRAINING_TEXTS).map((field) => (
          <Field key={field} label={label(field)}>
            {(control) => (
              <Input
                {...control}
                name={name(field)}
                placeholder={writeText(DEFAULTS[field]) || t("none")}
                defaultValue={writeText(given[field])}
              />
            )}
          </Field>
        ))}
      </div>
    </details>
  );
}
