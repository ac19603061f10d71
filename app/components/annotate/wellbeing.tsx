"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callFor } from "@/lib/client/call";
import type { ProblemError } from "@/lib/client/problem";
import { getPreferences, type Preferences, updatePreferences } from "@/lib/contracts/preferences";
import { RISK_CATEGORIES } from "@/lib/domain/red-team";
import { Button } from "../button";
import { PageHeader, Section } from "../card";
import { Checkbox, Field, Input } from "../field";
import { ErrorState, Skeleton } from "../states";

const QUERY_KEY = ["annotate", "preferences"];

/** What protects a person at work, in their own hands. Nobody else sees these choices. */
export function Wellbeing() {
  const t = useTranslations("annotate.wellbeing");
  const query = useQuery({ queryKey: QUERY_KEY, queryFn: () => callFor(getPreferences), staleTime: 0 });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      {query.isPending && <Skeleton className="h-64" />}
      {query.isError && <ErrorState error={query.error as ProblemError} onRetry={() => query.refetch()} />}
      {query.data && <WellbeingForm initial={query.data} />}
    </>
  );
}

type Choices = Pick<Preferences, "blurHarmful" | "excludedCategories"> & { exposureMax: string; breakAfter: string };

const textOf = (value: number | null): string => (value === null ? "" : String(value));
/** Null = left empty; undefined = not a whole number between the two. */
function wholeNumber(text: string, low: number, high: number): number | null | undefined {
  if (text.trim() === "") return null;
  const value = Number(text);
  return Number.isInteger(value) && value >= low && value <= high ? value : undefined;
}

const EXPOSURE_MAX = 10_000;
const BREAK_MIN = 5;
const BREAK_MAX = 480;

function WellbeingForm({ initial }: { initial: Preferences }) {
  const t = useTranslations("annotate.wellbeing");
  const client = useQueryClient();
  const [choices, setChoices] = useState<Choices>({
    blurHarmful: initial.blurHarmful,
    excludedCategories: initial.excludedCategories,
    exposureMax: textOf(initial.exposureMaxPerDay),
    breakAfter: textOf(initial.breakAfterMinutes),
  });
  const save = useMutation<Preferences, ProblemError, Partial<Preferences>>({
    mutationFn: (body) => callFor(updatePreferences, { body }),
    onSuccess: (kept) => client.setQueryData(QUERY_KEY, kept),
  });
  const change = (part: Partial<Choices>) => {
    save.reset();
    setChoices({ ...choices, ...part });
  };
  const exposureMaxPerDay = wholeNumber(choices.exposureMax, 0, EXPOSURE_MAX);
  const breakAfterMinutes = wholeNumber(choices.breakAfter, BREAK_MIN, BREAK_MAX);
  const isComplete = exposureMaxPerDay !== undefined && breakAfterMinutes !== undefined;
  const { blurHarmful, excludedCategories } = choices;
  return (
    <form
      className="flex max-w-3xl flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete) save.mutate({ blurHarmful, excludedCategories, exposureMaxPerDay, breakAfterMinutes });
      }}
    >
      <HarmfulChoices choices={choices} onChange={change} isLimitWrong={exposureMaxPerDay === undefined} />
      <Section title={t("breaks")} description={t("breaksHelp")}>
        <Field
          label={t("breakAfter")}
          hint={t("breakAfterHint")}
          error={breakAfterMinutes === undefined ? t("between", { low: BREAK_MIN, high: BREAK_MAX }) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              value={choices.breakAfter}
              onChange={(event) => change({ breakAfter: event.target.value })}
              className="max-w-40"
            />
          )}
        </Field>
      </Section>
      {save.error && <ErrorState error={save.error} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" variant="primary" busy={save.isPending} disabled={!isComplete}>
          {t("save")}
        </Button>
        <span role="status" className="text-done">
          {save.isSuccess && t("saved")}
        </span>
      </div>
    </form>
  );
}

interface HarmfulProps {
  choices: Choices;
  onChange: (part: Partial<Choices>) => void;
  isLimitWrong: boolean;
}

function HarmfulChoices({ choices, onChange, isLimitWrong }: HarmfulProps) {
  const t = useTranslations("annotate.wellbeing");
  const risk = useTranslations("annotate.risk");
  const { excludedCategories } = choices;
  return (
    <Section title={t("harmful")} description={t("harmfulHelp")}>
      <div className="flex flex-col gap-4">
        <Checkbox
          label={t("blur")}
          checked={choices.blurHarmful}
          onChange={(event) => onChange({ blurHarmful: event.target.checked })}
        />
        <fieldset>
          <legend className="text-sm font-medium">{t("excluded")}</legend>
          <p className="mb-1 text-sm text-muted">{t("excludedHint")}</p>
          <div className="flex flex-col">
            {RISK_CATEGORIES.map((category) => (
              <Checkbox
                key={category}
                label={risk(`categories.${category}`)}
                checked={excludedCategories.includes(category)}
                onChange={(event) =>
                  onChange({
                    excludedCategories: event.target.checked
                      ? [...excludedCategories, category]
                      : excludedCategories.filter((other) => other !== category),
                  })
                }
              />
            ))}
          </div>
        </fieldset>
        <Field
          label={t("exposureMax")}
          hint={t("exposureMaxHint")}
          error={isLimitWrong ? t("between", { low: 0, high: EXPOSURE_MAX }) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              value={choices.exposureMax}
              onChange={(event) => onChange({ exposureMax: event.target.value })}
              className="max-w-40"
            />
          )}
        </Field>
      </div>
    </Section>
  );
}
