"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { FilterSelect } from "@/app/(console)/console/parts/filter-select";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Input, Select, Textarea } from "@/app/components/field";
import { ErrorState, Skeleton } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { listCampaigns } from "@/lib/contracts/campaigns";
import { createGoldItem, type GoldSource, getGoldSource } from "@/lib/contracts/gold";
import { PairExcerpt } from "./pair-excerpt";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SAFETY = ["preferred_safe", "both_safe", "both_unsafe"] as const;

interface Props {
  projectId: string;
  /** The pair that a link named. */
  itemId: string | undefined;
  onClose: () => void;
}

/** A lead names a pair and says which answer is right and why. */
export function MarkGold({ projectId, itemId, onClose }: Props) {
  const t = useTranslations("console.gold.marking");
  const [entered, setEntered] = useState(itemId ?? "");
  const id = entered.trim();
  const source = useRead(getGoldSource, { params: { projectId, itemId: id } }, { enabled: UUID.test(id) });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("title")} description={t("description")}>
      <div className="flex flex-col gap-4">
        <Field label={t("item")} hint={t("itemHint")} error={id !== "" && !UUID.test(id) ? t("noId") : undefined}>
          {(control) => <Input {...control} value={entered} onChange={(event) => setEntered(event.target.value)} />}
        </Field>
        {source.error && <ErrorState error={source.error} />}
        {source.isFetching && !source.data && <Skeleton className="h-32" />}
        {source.data && <Form key={source.data.itemId} projectId={projectId} source={source.data} onDone={onClose} />}
      </div>
    </Dialog>
  );
}

function Form({ projectId, source, onDone }: { projectId: string; source: GoldSource; onDone: () => void }) {
  const t = useTranslations("console.gold.marking");
  const create = useAction(createGoldItem);
  const [preferred, setPreferred] = useState<1 | 2 | null>(null);
  const [campaignId, setCampaignId] = useState("");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!preferred) return;
    const form = new FormData(event.currentTarget);
    const safety = SAFETY.find((value) => value === form.get("safety"));
    const body = {
      itemId: source.itemId,
      preferred,
      explanation: String(form.get("explanation")),
      ...(safety ? { safety } : {}),
      ...(campaignId ? { campaignId } : {}),
    };
    create.mutate(
      { params: { projectId }, body },
      {
        onSuccess: () => {
          toast({ title: t("made"), tone: "done" });
          onDone();
        },
      },
    );
  };
  if (source.isGold) return <p role="status">{t("isGold")}</p>;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <PairExcerpt pair={{ ...source, preferred }} open />
      <fieldset className="flex flex-wrap gap-x-6 gap-y-1">
        <legend className="text-sm font-medium">{t("which")}</legend>
        {([1, 2] as const).map((position) => (
          <label key={position} className="inline-flex min-h-9 items-center gap-2">
            <input
              type="radio"
              name="preferred"
              required
              className="accent-accent"
              checked={preferred === position}
              onChange={() => setPreferred(position)}
            />
            {t("choice", { position, votes: position === 1 ? source.votes1 : source.votes2 })}
          </label>
        ))}
      </fieldset>
      {source.task === "safety" && <SafetyField />}
      <Field label={t("explanation")} hint={t("explanationHint")}>
        {(control) => <Textarea {...control} name="explanation" maxLength={5000} />}
      </Field>
      <ServeIn projectId={projectId} task={source.task} value={campaignId} onChange={setCampaignId} />
      {create.error && <ErrorState error={create.error} kept={t("kept")} />}
      <div>
        <Button type="submit" variant="primary" busy={create.isPending} disabled={preferred === null}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}

function SafetyField() {
  const t = useTranslations("console.gold");
  return (
    <Field label={t("marking.safety")}>
      {(control) => (
        <Select {...control} name="safety" defaultValue="">
          <option value="">{t("marking.anySafety")}</option>
          {SAFETY.map((value) => (
            <option key={value} value={value}>
              {t(`safety.${value}`)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function ServeIn(props: {
  projectId: string;
  task: GoldSource["task"];
  value: string;
  onChange: (value: string) => void;
}) {
  const t = useTranslations("console.gold.candidates");
  const campaigns = useRead(listCampaigns, { params: { projectId: props.projectId } });
  const options = (campaigns.data?.rows ?? [])
    .filter(({ state, task }) => state !== "closed" && task === props.task)
    .map(({ id, name }) => ({ value: id, label: name }));
  return (
    <FilterSelect
      label={t("serveIn")}
      all={t("ownCampaign")}
      value={props.value || undefined}
      options={options}
      onChange={props.onChange}
    />
  );
}
