"use client";
import { ArrowDown, ArrowUp, Plus } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button, IconButton, LinkButton } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { Dialog } from "@/app/components/dialog";
import { Checkbox } from "@/app/components/field";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { type EntryTest, listEntryTests, updateEntryTest } from "@/lib/contracts/entry-tests";
import { allQuestions, pickText } from "@/lib/domain/entry-test";
import { AddTest } from "./add-test";

const TASKS = ["helpfulness", "safety"] as const;

export function Tests({ projectId }: { projectId: string }) {
  const t = useTranslations("console.onboarding");
  const [adding, setAdding] = useState(false);
  const [archiving, setArchiving] = useState<EntryTest | null>(null);
  const tests = useRead(listEntryTests, { params: { projectId } });
  if (tests.error) return <ErrorState error={tests.error} onRetry={() => tests.refetch()} />;
  if (!tests.data) return <Skeleton className="h-64" />;
  const add = (
    <Button variant="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      {t("add")}
    </Button>
  );
  const rows = tests.data.rows;
  return (
    <div className="flex flex-col gap-5">
      {rows.length === 0 ? (
        <EmptyState title={t("empty")} action={add}>
          {t("emptyHint")}
        </EmptyState>
      ) : (
        <div>{add}</div>
      )}
      {TASKS.filter((task) => rows.some((row) => row.task === task)).map((task) => {
        const own = rows.filter((row) => row.task === task);
        return (
          <Section key={task} title={t(`tasks.${task}`)} description={t("order")}>
            <ol className="flex flex-col divide-y divide-line">
              {own.map((test, index) => (
                <TestRow
                  key={test.id}
                  test={test}
                  before={own[index - 1]}
                  after={own[index + 1]}
                  onArchive={setArchiving}
                />
              ))}
            </ol>
          </Section>
        );
      })}
      <AddTest projectId={projectId} open={adding} onOpenChange={setAdding} />
      {archiving && <ArchiveTest test={archiving} onClose={() => setArchiving(null)} />}
    </div>
  );
}

const newest = (test: EntryTest) => (test.draft ?? test.published)!.content;
const useTitle = () => {
  const t = useTranslations("console.onboarding");
  const locale = useLocale();
  return (test: EntryTest) => pickText(newest(test).title, locale) || t("untitled");
};

interface RowProps {
  test: EntryTest;
  before: EntryTest | undefined;
  after: EntryTest | undefined;
  onArchive: (test: EntryTest) => void;
}

function TestRow({ test, before, after, onArchive }: RowProps) {
  const t = useTranslations("console.onboarding");
  const title = useTitle()(test);
  const update = useAction(updateEntryTest);
  const swap = async (other: EntryTest) => {
    await update.mutateAsync({ params: { testId: test.id }, body: { position: other.position } });
    await update.mutateAsync({ params: { testId: other.id }, body: { position: test.position } });
  };
  const content = newest(test);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-52 flex-1">
        <h3 className="font-medium">{title}</h3>
        <p className="text-sm text-muted tabular-nums">
          {t("facts", { minutes: content.minutes, questions: allQuestions(content).length })} ·{" "}
          {t("counts", test.attempts)}
        </p>
        {update.error && <p className="text-sm text-danger">{update.error.message}</p>}
      </div>
      {test.published && <Badge tone="done">{t("publishedVersion", { version: test.published.version })}</Badge>}
      {test.draft && <Badge tone="warn">{t("draftVersion", { version: test.draft.version })}</Badge>}
      <Checkbox
        label={t("required")}
        checked={test.required}
        disabled={update.isPending}
        onChange={(event) => update.mutate({ params: { testId: test.id }, body: { required: event.target.checked } })}
      />
      <div className="flex items-center gap-1">
        <IconButton
          label={t("earlier", { title })}
          disabled={!before || update.isPending}
          onClick={() => before && void swap(before)}
        >
          <ArrowUp size={16} aria-hidden />
        </IconButton>
        <IconButton
          label={t("later", { title })}
          disabled={!after || update.isPending}
          onClick={() => after && void swap(after)}
        >
          <ArrowDown size={16} aria-hidden />
        </IconButton>
        <LinkButton
          size="sm"
          href={`/console/projects/${test.projectId}/onboarding/${test.id}`}
          aria-label={t("editNamed", { title })}
        >
          {t("edit")}
        </LinkButton>
        <Button size="sm" variant="ghost" onClick={() => onArchive(test)} aria-label={t("archiveNamed", { title })}>
          {t("archive")}
        </Button>
      </div>
    </li>
  );
}

function ArchiveTest({ test, onClose }: { test: EntryTest; onClose: () => void }) {
  const t = useTranslations("console.onboarding");
  const title = useTitle()(test);
  const update = useAction(updateEntryTest);
  const archive = () =>
    update.mutate({ params: { testId: test.id }, body: { archived: true } }, { onSuccess: onClose });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("archiveTitle", { title })}
      description={t("archiveText")}
    >
      {update.error && <ErrorState className="mb-4" error={update.error} />}
      <Button variant="danger" busy={update.isPending} onClick={archive}>
        {t("archive")}
      </Button>
    </Dialog>
  );
}
