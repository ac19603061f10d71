"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { Field, Select, Textarea } from "@/app/components/field";
import { LocaleOptions } from "@/app/components/locale-options";
import { Markdown } from "@/app/components/markdown";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { createGuideline, listGuidelines } from "@/lib/contracts/projects";
import { DEFAULT_LOCALE, type Locale } from "@/lib/domain/locales";
import { Unsaved } from "../../../parts/unsaved";
import { CertificatesField, certificatesOf, KEEP } from "./certificates-field";

type Task = "helpfulness" | "safety";
type Certificates = ReturnType<typeof certificatesOf>;

export function GuidelinesView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.guidelines");
  const format = useFormatter();
  const [task, setTask] = useState<Task>("helpfulness");
  const [locale, setLocale] = useState<Locale>(DEFAULT_LOCALE);
  const guidelines = useRead(listGuidelines, { params: { projectId } });
  const versions = (guidelines.data?.rows ?? [])
    .filter((row) => row.task === task && row.locale === locale)
    .sort((a, b) => b.version - a.version);
  const newest = versions[0];
  const body = newest?.body ?? "";
  const draft = `${task}-${locale}-${newest?.version ?? 0}`;
  // Kept while one looks at another task or language.
  const [texts, setTexts] = useState<Record<string, string>>({});
  const keep = (name: string, text: string | undefined) =>
    setTexts(({ [name]: _before, ...others }) => (text === undefined ? others : { ...others, [name]: text }));
  const publish = useAction(createGuideline);
  const save = (text: string, certificates: Certificates) =>
    publish.mutate(
      { params: { projectId }, body: { task, locale, body: text, certificates } },
      {
        onSuccess: (made) => {
          keep(draft, undefined);
          if (made) toast({ tone: "done", title: t("published", { version: made.version }) });
        },
      },
    );
  return (
    <>
      <Unsaved dirty={Object.keys(texts).length > 0} />
      <PageHeader title={t("title")} description={t("description")} />
      <div className="mb-4 grid max-w-xl gap-4 sm:grid-cols-2">
        <Field label={t("task")}>
          {(control) => (
            <Select {...control} value={task} onChange={(event) => setTask(event.target.value as Task)}>
              <option value="helpfulness">{t("tasks.helpfulness")}</option>
              <option value="safety">{t("tasks.safety")}</option>
            </Select>
          )}
        </Field>
        <Field label={t("language")}>
          {(control) => (
            <Select {...control} value={locale} onChange={(event) => setLocale(event.target.value as Locale)}>
              <LocaleOptions />
            </Select>
          )}
        </Field>
      </div>
      {guidelines.error && <ErrorState error={guidelines.error} onRetry={() => guidelines.refetch()} />}
      {guidelines.isPending ? (
        <Skeleton className="h-64" />
      ) : (
        <div className="grid gap-5 lg:grid-cols-2">
          <Editor
            key={draft}
            body={body}
            text={texts[draft] ?? body}
            onText={(text) => keep(draft, text === body ? undefined : text)}
            busy={publish.isPending}
            error={publish.error}
            onPublish={save}
          />
          <Section title={t("versions")}>
            {versions.length === 0 && <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
            {versions.map((row) => (
              <details key={row.id} open={row === newest} className="border-b border-line py-2 last:border-0">
                <summary className="font-medium">
                  {t("version", {
                    version: row.version,
                    date: format.dateTime(new Date(row.createdAt), { dateStyle: "medium" }),
                  })}
                </summary>
                <Markdown text={row.body} />
              </details>
            ))}
          </Section>
        </div>
      )}
    </>
  );
}

interface EditorProps {
  /** As it was published last. */
  body: string;
  text: string;
  onText: (text: string) => void;
  busy: boolean;
  error: { message: string } | null;
  onPublish: (text: string, certificates: Certificates) => void;
}

function Editor({ body, text, onText, busy, error, onPublish }: EditorProps) {
  const t = useTranslations("console.guidelines");
  const [certificates, setCertificates] = useState(KEEP);
  return (
    <Section title={t("new")} description={t("newHint")}>
      <Field label={t("text")} error={error?.message} hint={t("markdown")}>
        {(control) => <Textarea {...control} rows={18} value={text} onChange={(event) => onText(event.target.value)} />}
      </Field>
      <details className="my-3">
        <summary className="text-sm text-muted">{t("preview")}</summary>
        <Markdown text={text} />
      </details>
      <CertificatesField value={certificates} onChange={setCertificates} />
      <Button
        variant="primary"
        busy={busy}
        disabled={text.trim() === "" || text === body || (certificates.mode === "by" && certificates.day === "")}
        onClick={() => onPublish(text, certificatesOf(certificates))}
      >
        {t("publish")}
      </Button>
    </Section>
  );
}
