"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { Field, Input, Select } from "@/app/components/field";
import { ErrorState, ProgressBar } from "@/app/components/states";
import { type ImportReport, uploadPairs } from "@/lib/client/console/upload";
import { useRead } from "@/lib/client/console/use-endpoint";
import type { ProblemError } from "@/lib/client/problem";
import { listCampaigns } from "@/lib/contracts/campaigns";
import { ImportProblems, ImportResult } from "./import-result";

const TASKS = ["helpfulness", "safety"] as const;
const ACCEPTED = ".jsonl,.json,.ndjson,.gz,.parquet,.zip";
const FORMATS = ["auto", "jsonl", "trl", "hh"] as const;

/** File in, report out. All or nothing: an error names its lines and leaves the project as it was. */
export function ImportCard({ projectId }: { projectId: string }) {
  const t = useTranslations("console.data");
  const client = useQueryClient();
  const campaigns = useRead(listCampaigns, { params: { projectId } });
  const [fraction, setFraction] = useState<number | null>(null);
  const upload = useMutation<ImportReport, ProblemError, FormData>({
    mutationFn: (form) => {
      const file = form.get("file") as File;
      const text = (name: string) => String(form.get(name) ?? "");
      const format = FORMATS.find((known) => known === text("format")) ?? "auto";
      const task = TASKS.find((known) => known === text("task"));
      const sourceName = (text("sourceName").trim() || file.name).slice(0, 200);
      const query = { format, task, campaignId: text("campaignId") || undefined, sourceName };
      return uploadPairs({ projectId, file, query, onProgress: setFraction });
    },
    onSuccess: () => client.invalidateQueries(),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (upload.isPending) return;
    setFraction(0);
    upload.mutate(new FormData(event.currentTarget));
  };
  const open = campaigns.data?.rows.filter((campaign) => campaign.state !== "closed") ?? [];
  return (
    <Section title={t("import")} description={t("importHint")}>
      <form onSubmit={submit} className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
        <Field label={t("file")} hint={t("fileHint")}>
          {(control) => <Input {...control} type="file" name="file" required accept={ACCEPTED} className="py-1.5" />}
        </Field>
        <Field label={t("format")}>
          {(control) => (
            <Select {...control} name="format">
              {FORMATS.map((format) => (
                <option key={format} value={format}>
                  {t(`formats.${format}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t("task")} hint={t("taskHint")}>
          {(control) => (
            <Select {...control} name="task">
              <option value="">{t("taskOfRow")}</option>
              <option value="helpfulness">{t("tasks.helpfulness")}</option>
              <option value="safety">{t("tasks.safety")}</option>
            </Select>
          )}
        </Field>
        <Field label={t("campaign")} hint={t("campaignHint")}>
          {(control) => (
            <Select {...control} name="campaignId">
              <option value="">{t("noCampaign")}</option>
              {open.map((campaign) => (
                <option key={campaign.id} value={campaign.id}>
                  {campaign.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t("sourceName")} hint={t("sourceNameHint")} optional={t("optional")}>
          {(control) => <Input {...control} name="sourceName" maxLength={200} />}
        </Field>
        <div className="sm:col-span-2 xl:col-span-3">
          <Button type="submit" busy={upload.isPending} icon={<Upload size={16} aria-hidden />}>
            {t("start")}
          </Button>
        </div>
      </form>
      {upload.isPending && (
        <div className="mt-4" role="status">
          <p className="text-sm text-muted">{fraction === 1 ? t("writing") : t("sending")}</p>
          <ProgressBar className="mt-1" fraction={fraction === 1 ? null : fraction} label={t("sending")} />
        </div>
      )}
      {upload.error && (
        <ErrorState className="mt-4" title={t("failed")} error={upload.error} kept={t("nothingWritten")} />
      )}
      {upload.error && upload.error.problems.length > 0 && <ImportProblems problems={upload.error.problems} />}
      {upload.data && <ImportResult report={upload.data} />}
    </Section>
  );
}
