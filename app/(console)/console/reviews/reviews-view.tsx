"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { Field, Textarea } from "@/app/components/field";
import { Markdown } from "@/app/components/markdown";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { usePages } from "@/lib/client/console/use-pages";
import { listProjects } from "@/lib/contracts/projects";
import { listReviewQueue, type ReviewCase, reviewComparison } from "@/lib/contracts/reviews";
import { Dialogue } from "../parts/dialogue";
import { FilterSelect } from "../parts/filter-select";
import { When } from "../parts/when";

export function ReviewsView() {
  const t = useTranslations("console.reviews");
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
      {projectId && <Queue key={projectId} projectId={projectId} />}
    </>
  );
}

function Queue({ projectId }: { projectId: string }) {
  const t = useTranslations("console.reviews");
  const queue = usePages(
    listReviewQueue,
    { query: { projectId } },
    { rows: (page) => page.cases, next: (page) => (page.nextCursor ? { cursor: page.nextCursor } : null) },
  );
  if (queue.error) return <ErrorState error={queue.error} onRetry={queue.refetch} />;
  if (queue.loading) return <Skeleton className="h-64" />;
  if (queue.rows.length === 0) return <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>;
  return (
    <ol className="flex flex-col gap-5">
      {queue.rows.map((entry) => (
        <li key={entry.comparisonId}>
          <Case entry={entry} />
        </li>
      ))}
      {queue.onLoadMore && (
        <Button busy={queue.loadingMore} onClick={queue.onLoadMore}>
          {t("more")}
        </Button>
      )}
    </ol>
  );
}

function Case({ entry }: { entry: ReviewCase }) {
  const t = useTranslations("console.reviews");
  const [feedback, setFeedback] = useState("");
  const action = useAction(reviewComparison);
  const decide = (decision: "approved" | "rejected") =>
    action.mutate({ params: { comparisonId: entry.comparisonId }, body: { decision, feedback } });
  const title = (
    <span className="flex flex-wrap items-center gap-2">
      <Badge tone={entry.reason === "preferred_unsafe" ? "danger" : "warn"}>{t(`reason.${entry.reason}`)}</Badge>
      <span className="text-base font-normal text-muted">
        {entry.annotator} · <When at={entry.createdAt} />
      </span>
    </span>
  );
  return (
    <Section title={title}>
      <Dialogue messages={entry.context} />
      <div className="my-4 grid gap-4 md:grid-cols-2">
        {(["chosen", "rejected"] as const).map((side) => (
          <div key={side} className="rounded-md border border-line p-3">
            <p className="mb-1 text-sm font-medium text-muted">{t(side)}</p>
            <Markdown text={entry[side]} />
          </div>
        ))}
      </div>
      {entry.rationale && (
        <p className="mb-3">
          <span className="text-sm text-muted">{t("rationale")}</span> {entry.rationale}
        </p>
      )}
      <Field label={t("feedback")} hint={t("feedbackHint")}>
        {(control) => <Textarea {...control} value={feedback} onChange={(event) => setFeedback(event.target.value)} />}
      </Field>
      {action.error && <ErrorState className="mt-3" error={action.error} kept={t("kept")} />}
      <div className="mt-3 flex gap-2">
        <Button busy={action.isPending} onClick={() => decide("approved")}>
          {t("approve")}
        </Button>
        <Button
          variant="danger"
          busy={action.isPending}
          disabled={feedback.trim() === ""}
          onClick={() => decide("rejected")}
        >
          {t("reject")}
        </Button>
      </div>
    </Section>
  );
}
