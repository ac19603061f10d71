"use client";
import { Plus } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button, LinkButton } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { type EntryTest, listEntryTests, saveEntryTestDraft } from "@/lib/contracts/entry-tests";
import { type EntryTestContent, pickText, publishProblems } from "@/lib/domain/entry-test";
import { Unsaved } from "../../../../parts/unsaved";
import { LocalizedField } from "./localized-field";
import { newSection } from "./new-parts";
import { NumberField } from "./number-field";
import { ProblemList, PublishTest } from "./publish-test";
import { RulesEditor } from "./rules-editor";
import { type Change, SectionEditor } from "./section-editor";

export function EditorView({ projectId, testId }: { projectId: string; testId: string }) {
  const t = useTranslations("console.onboarding.editor");
  const tests = useRead(listEntryTests, { params: { projectId } });
  if (tests.error) return <ErrorState error={tests.error} onRetry={() => tests.refetch()} />;
  if (!tests.data) return <Skeleton className="h-96" />;
  const test = tests.data.rows.find(({ id }) => id === testId);
  if (!test)
    return (
      <EmptyState
        title={t("gone")}
        action={<LinkButton href={`/console/projects/${projectId}/onboarding`}>{t("back")}</LinkButton>}
      />
    );
  return <Editor key={test.published?.version ?? 0} test={test} />;
}

/** The draft as it is on screen, and how to save it. */
function useDraft(test: EntryTest) {
  const [content, setContent] = useState<EntryTestContent>((test.draft ?? test.published)!.content);
  const [saved, setSaved] = useState({ content, basedOn: test.draft?.updatedAt ?? null });
  const action = useAction(saveEntryTestDraft);
  const dirty = content !== saved.content;
  const save = (then?: (basedOn: string) => void) => {
    if (!dirty && saved.basedOn) return then?.(saved.basedOn);
    action.mutate(
      { params: { testId: test.id }, body: { content, basedOn: saved.basedOn } },
      {
        onSuccess: (answer) => {
          if (!answer?.draft) return;
          setSaved({ content, basedOn: answer.draft.updatedAt });
          then?.(answer.draft.updatedAt);
        },
      },
    );
  };
  return { content, setContent, dirty, save, action };
}

function Editor({ test }: { test: EntryTest }) {
  const t = useTranslations("console.onboarding.editor");
  const locale = useLocale();
  const { content, setContent, dirty, save, action } = useDraft(test);
  const [publishing, setPublishing] = useState<string | null>(null);
  const problems = publishProblems(content);
  return (
    <div className="flex flex-col gap-5">
      <Unsaved dirty={dirty} />
      <PageHeader
        title={pickText(content.title, locale) || t("untitled")}
        description={t("description")}
        actions={
          <>
            {test.published && <Badge tone="done">{t("publishedVersion", { version: test.published.version })}</Badge>}
            <LinkButton variant="ghost" href={`/console/projects/${test.projectId}/onboarding`}>
              {t("back")}
            </LinkButton>
            <Button busy={action.isPending} disabled={!dirty} onClick={() => save()}>
              {dirty ? t("save") : t("saved")}
            </Button>
            <Button variant="primary" disabled={!dirty && !test.draft} onClick={() => save(setPublishing)}>
              {t("publish")}
            </Button>
          </>
        }
      />
      {action.error && <ErrorState error={action.error} kept={t("kept")} />}
      {problems.length > 0 && (
        <details className="rounded-md bg-warn-soft px-4 py-3">
          <summary className="font-medium">{t("problemCount", { count: problems.length })}</summary>
          <div className="mt-2">
            <ProblemList content={content} problems={problems} />
          </div>
        </details>
      )}
      <General content={content} onChange={setContent} />
      {content.sections.map((section, index) => (
        <SectionEditor key={section.id} section={section} index={index} problems={problems} onChange={setContent} />
      ))}
      <div>
        <Button
          icon={<Plus size={16} aria-hidden />}
          onClick={() => setContent((old) => ({ ...old, sections: [...old.sections, newSection()] }))}
        >
          {t("addSection")}
        </Button>
      </div>
      <RulesEditor content={content} onChange={setContent} />
      {publishing && (
        <PublishTest test={test} content={content} basedOn={publishing} onClose={() => setPublishing(null)} />
      )}
    </div>
  );
}

function General({ content, onChange }: { content: EntryTestContent; onChange: Change }) {
  const t = useTranslations("console.onboarding.editor");
  const set = (patch: Partial<EntryTestContent>) => onChange((old) => ({ ...old, ...patch }));
  return (
    <Section title={t("general")}>
      <div className="flex flex-col gap-4">
        <LocalizedField label={t("title")} value={content.title} onChange={(title) => set({ title })} />
        <LocalizedField label={t("intro")} value={content.intro} rows={3} onChange={(intro) => set({ intro })} />
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
          <NumberField
            label={t("minutes")}
            hint={t("minutesHint")}
            value={content.minutes}
            min={1}
            max={1440}
            onChange={(minutes) => minutes !== null && set({ minutes })}
          />
          <NumberField
            label={t("attemptsMax")}
            hint={t("attemptsMaxHint")}
            value={content.attemptsMax}
            min={1}
            max={50}
            empty
            onChange={(attemptsMax) => set({ attemptsMax })}
          />
          <NumberField
            label={t("cooldownDays")}
            hint={t("cooldownDaysHint")}
            value={content.cooldownDays}
            min={0}
            max={365}
            onChange={(cooldownDays) => cooldownDays !== null && set({ cooldownDays })}
          />
          <NumberField
            label={t("graders")}
            hint={t("gradersHint")}
            value={content.gradersPerAnswer}
            min={1}
            max={5}
            onChange={(gradersPerAnswer) => gradersPerAnswer !== null && set({ gradersPerAnswer })}
          />
        </div>
      </div>
    </Section>
  );
}
