"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Input, Select } from "@/app/components/field";
import { ErrorState } from "@/app/components/states";
import { useAction } from "@/lib/client/console/use-endpoint";
import { createPolicy, type PolicyView } from "@/lib/contracts/policies";
import { KindFields } from "./kind-fields";
import { parseRecordings } from "./recordings";
import { readVariant, VariantFields } from "./variant-fields";

type Kind = PolicyView["kind"];
const KINDS: Kind[] = ["endpoint", "embedded", "replay"];

/** The request, or the first thing in the recordings that is not right. */
async function readPolicy(form: FormData, kind: Kind) {
  const common = {
    name: String(form.get("name")),
    generation: Number(form.get("generation")),
    variants: [readVariant(form)],
  };
  const model = String(form.get("model"));
  if (kind === "embedded") return { ...common, kind, config: { model } };
  if (kind === "replay") {
    const file = form.get("recordings");
    return { ...common, kind, config: { recordings: parseRecordings(file instanceof File ? await file.text() : "") } };
  }
  const apiKey = String(form.get("apiKey"));
  const config = { baseUrl: String(form.get("baseUrl")), model, timeoutSecondsMax: Number(form.get("timeout")) };
  return { ...common, kind, config, ...(apiKey ? { apiKey } : {}) };
}

export function CreatePolicy({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const t = useTranslations("console.policies");
  const action = useAction(createPolicy);
  const [kind, setKind] = useState<Kind>("endpoint");
  const [badFile, setBadFile] = useState<Error | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBadFile(null);
    const read = await readPolicy(new FormData(event.currentTarget), kind).catch((error: Error) => error);
    if (read instanceof Error) setBadFile(read);
    else action.mutate({ params: { projectId }, body: read }, { onSuccess: onClose });
  };
  const error = badFile ?? action.error;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("create")} description={t("createHint")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("name")}>{(control) => <Input {...control} name="name" required maxLength={200} />}</Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("kind")} hint={t(`kindHints.${kind}`)}>
            {(control) => (
              <Select {...control} value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
                {KINDS.map((value) => (
                  <option key={value} value={value}>
                    {t(`kinds.${value}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t("fields.generation")} hint={t("hints.generation")}>
            {(control) => (
              <Input {...control} type="number" name="generation" required min={0} max={100_000} defaultValue={0} />
            )}
          </Field>
        </div>
        <KindFields kind={kind} error={action.error} />
        <h3 className="mt-2 font-semibold">{t("firstVariant")}</h3>
        <VariantFields path="body.variants.0" error={action.error} />
        {error && <ErrorState error={error} />}
        <Button type="submit" variant="primary" busy={action.isPending}>
          {t("create")}
        </Button>
      </form>
    </Dialog>
  );
}
