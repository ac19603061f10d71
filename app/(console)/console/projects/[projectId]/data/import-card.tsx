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

const FORMATS = ["auto", "jsonl", "trl", "hh"] as const;
const LINES_SHOWN = 20;

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
      const task = text("task") === "safety" ? ("safety" as const) : ("helpfulness" as const);
      const query = { format, task, campaignId: text("campaignId") || undefined, sourceName: file.name.slice(0, 200) };
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
      <form onSubmit={submit} className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
        <Field label={t("file")} hint={t("fileHint")}>
          {(control) => (
            <Input {...control} type="file" name="file" required accept=".jsonl,.json,.ndjson,.gz" className="py-1.5" />
          )}
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
        <div className="sm:col-span-2 xl:col-span-4">
          <Button type="submit" busy={upload.isPending} icon={<Upload size={16} aria-hidden />}>
            {t("importNow")}
          </Button>
        </div>
      </form>
      {upload.isPending && (
        <div className="mt-4" role="status">
          <p className="text-sm text-muted">{fraction === 1 ? t("reading") : t("sending")}</p>
          <ProgressBar className="mt-1" fraction={fraction === 1 ? null : fraction} label={t("sending")} />
        </div>
      )}
      {upload.error && <ImportProblems error={upload.error} />}
      {upload.data && <Report report={upload.data} />}
    </Section>
  );
}

function ImportProblems({ error }: { error: ProblemError }) {
  const t = useTranslations("console.data");
  return (
    <div className="mt-4">
      <ErrorState title={t("notImported")} error={error} kept={t("nothingChanged")} />
      {error.problems.length > 0 && (
        <ul className="mt-2 text-sm">
          {error.problems.slice(0, LINES_SHOWN).map((problem) => (
            <li key={`${problem.line}${problem.path}${problem.message}`}>
              {problem.line !== undefined && <strong>{t("line", { line: problem.line })} </strong>}
              {problem.path && <code>{problem.path} </code>}
              {problem.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Report({ report }: { report: ImportReport }) {
  const t = useTranslations("console.data");
  return (
    <div className="mt-4 rounded-md border border-done/40 bg-done-soft p-4" role="status">
      <p className="font-semibold text-done">{t("imported", { rows: report.rows })}</p>
      <p className="tabular-nums">
        {t("importedWhat", { comparisons: report.comparisons, items: report.items, prompts: report.prompts })}
      </p>
      {report.skipped > 0 && (
        <details className="mt-2 text-sm">
          <summary>{t("skipped", { count: report.skipped })}</summary>
          <ul>
            {report.skippedLines.map((skipped) => (
              <li key={skipped.line}>
                <strong>{t("line", { line: skipped.line })}</strong> {skipped.reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
