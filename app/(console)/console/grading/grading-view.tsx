"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { cn } from "@/app/components/cn";
import { Field, Textarea } from "@/app/components/field";
import { Kbd } from "@/app/components/kbd";
import { Markdown } from "@/app/components/markdown";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { useDigits } from "@/lib/client/onboarding/use-digits";
import { type GradingCase, gradeAnswer, listGrading } from "@/lib/contracts/entry-tests";
import { listProjects } from "@/lib/contracts/projects";
import { FilterSelect } from "../parts/filter-select";
import { When } from "../parts/when";

/** Written answers of entry tests, one at a time, without names, the rubric beside. */
export function GradingView() {
  const t = useTranslations("console.grading");
  const projects = useRead(listProjects);
  const [chosen, setProject] = useFilter("project");
  const projectId = chosen ?? projects.data?.rows[0]?.id;
  const options = (projects.data?.rows ?? []).map((project) => ({ value: project.id, label: project.name }));
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      {projects.error && <ErrorState error={projects.error} onRetry={() => projects.refetch()} />}
      {options.length > 1 && (
        <div className="mb-4">
          <FilterSelect
            label={t("project")}
            all={options[0]!.label}
            value={chosen}
            options={options.slice(1)}
            onChange={setProject}
          />
        </div>
      )}
      {projects.data && !projectId && <EmptyState title={t("noProject")}>{t("noProjectHint")}</EmptyState>}
      {projectId && <Queue projectId={projectId} />}
    </>
  );
}

function Queue({ projectId }: { projectId: string }) {
  const t = useTranslations("console.grading");
  const queue = useRead(listGrading, { query: { projectId } });
  if (queue.error) return <ErrorState error={queue.error} onRetry={() => queue.refetch()} />;
  if (!queue.data) return <Skeleton className="h-96" />;
  const first = queue.data.cases[0];
  if (!first) return <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>;
  return (
    <>
      <p aria-live="polite" className="mb-3 text-sm text-muted tabular-nums">
        {t("waiting", { count: queue.data.waiting })}
      </p>
      <Case key={`${first.attemptId}${first.questionId}`} entry={first} />
    </>
  );
}

function Case({ entry }: { entry: GradingCase }) {
  const t = useTranslations("console.grading");
  const [score, setScore] = useState<number | null>(null);
  const [comment, setComment] = useState("");
  const heading = useRef<HTMLParagraphElement>(null);
  const grade = useAction(gradeAnswer);
  useEffect(() => heading.current?.focus(), []);
  const lacksComment = score !== null && score <= 3 && comment.trim() === "";
  const { attemptId, questionId } = entry;
  const submit = () => {
    if (score === null || lacksComment || grade.isPending) return;
    grade.mutate({ params: { attemptId }, body: { questionId, score, comment } });
  };
  useDigits((digit) => digit <= 5 && setScore(digit), submit);
  const text = entry.answer.kind === "text" || entry.answer.kind === "prompt" ? entry.answer.text : "";
  const words = text.trim().split(/\s+/u).length;
  return (
    <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <Section title={entry.test} description={entry.section}>
        <p
          ref={heading}
          tabIndex={-1}
          className="mb-1 flex flex-wrap items-center gap-2 text-sm text-muted outline-none"
        >
          {t("question")} <Badge>{entry.locale}</Badge> <When at={entry.submittedAt} />
        </p>
        <Markdown text={entry.question} />
        <p className="mt-5 mb-1 text-sm text-muted">
          {entry.wordsMin ? t("answerLeast", { words, least: entry.wordsMin }) : t("answer", { words })}
        </p>
        <div className="rounded-md border border-line bg-sunken p-4 text-read break-words whitespace-pre-wrap">
          {text}
        </div>
      </Section>
      <div className="flex flex-col gap-4 lg:sticky lg:top-4 lg:h-fit">
        <Section title={t("rubric")}>
          <Markdown text={entry.rubric} />
        </Section>
        <Section title={t("grade")}>
          <Scale score={score} onScore={setScore} />
          <Field
            label={t("comment")}
            hint={t("commentHint")}
            error={lacksComment ? t("commentNeeded") : undefined}
            className="my-4"
          >
            {(control) => (
              <Textarea
                {...control}
                maxLength={5000}
                value={comment}
                onChange={(event) => setComment(event.target.value)}
              />
            )}
          </Field>
          {grade.error && <ErrorState className="mb-3" error={grade.error} kept={t("kept")} />}
          <Button
            variant="primary"
            shortcut="Enter"
            busy={grade.isPending}
            disabled={score === null || lacksComment}
            onClick={submit}
          >
            {t("submit")}
          </Button>
        </Section>
      </div>
    </div>
  );
}

function Scale({ score, onScore }: { score: number | null; onScore: (score: number) => void }) {
  const t = useTranslations("console.grading");
  return (
    <div role="radiogroup" aria-label={t("scale")} className="grid grid-cols-5 gap-1">
      {[1, 2, 3, 4, 5].map((value) => (
        <label
          key={value}
          className={cn(
            "relative flex min-h-11 cursor-pointer items-center justify-center gap-1.5 rounded-md border border-line-strong/50 bg-surface hover:bg-sunken",
            "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
            score === value && "border-accent bg-accent-soft font-semibold text-accent ring-1 ring-accent",
          )}
        >
          <input
            type="radio"
            name="score"
            checked={score === value}
            aria-label={t("scoreName", { score: value })}
            aria-keyshortcuts={String(value)}
            onChange={() => onScore(value)}
            className="absolute inset-0 cursor-pointer opacity-0"
          />
          <Kbd>{String(value)}</Kbd>
          <span aria-hidden="true" className="sm:hidden">
            {value}
          </span>
        </label>
      ))}
    </div>
  );
}
