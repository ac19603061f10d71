"use client";
import { useTranslations } from "next-intl";
import { Field, Input } from "@/app/components/field";
import type { ProblemError } from "@/lib/client/problem";
import type { PolicyView } from "@/lib/contracts/policies";
import { KEY_LENGTH_MAX } from "./replace-key";

/** What only one kind of policy has. */
export function KindFields({ kind, error }: { kind: PolicyView["kind"]; error: ProblemError | null }) {
  const t = useTranslations("console.policies");
  const problem = (path: string) => error?.problems.find((entry) => entry.path === `body.${path}`)?.message;
  if (kind === "replay")
    return (
      <Field label={t("recordingsFile")} hint={t("recordingsHint")} error={problem("config.recordings")}>
        {(control) => (
          <Input
            {...control}
            type="file"
            name="recordings"
            required
            accept=".jsonl,.ndjson,.json"
            className="h-auto min-h-9 py-1.5"
          />
        )}
      </Field>
    );
  const model = (
    <Field label={t("model")} hint={t(`modelHints.${kind}`)} error={problem("config.model")}>
      {(control) => (
        <Input
          {...control}
          key={kind}
          name="model"
          required
          maxLength={300}
          defaultValue={kind === "embedded" ? "smollm2" : ""}
        />
      )}
    </Field>
  );
  if (kind === "embedded") return model;
  return (
    <>
      <Field label={t("baseUrl")} hint={t("baseUrlHint")} error={problem("config.baseUrl")}>
        {(control) => <Input {...control} type="url" name="baseUrl" required maxLength={2000} />}
      </Field>
      {model}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("apiKey")} hint={t("keyHint")} optional={t("optional")} error={problem("apiKey")}>
          {(control) => (
            <Input {...control} type="password" name="apiKey" maxLength={KEY_LENGTH_MAX} autoComplete="off" />
          )}
        </Field>
        <Field label={t("timeout")} error={problem("config.timeoutSecondsMax")}>
          {(control) => (
            <Input {...control} type="number" name="timeout" required min={1} max={600} defaultValue={120} />
          )}
        </Field>
      </div>
    </>
  );
}
