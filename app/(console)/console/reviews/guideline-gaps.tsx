"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button, LinkButton } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { Field, Textarea } from "@/app/components/field";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { type GuidelineGap, listGuidelineGaps, resolveGuidelineGap } from "@/lib/contracts/adjudications";
import { When } from "../parts/when";

/** What reviewers found the guidelines to leave open; a lead settles it. */
export function GuidelineGaps({ projectId, isLead }: { projectId: string; isLead: boolean }) {
  const t = useTranslations("console.reviews.gaps");
  const list = useRead(listGuidelineGaps, { query: { projectId } });
  const guidelines = (
    <LinkButton size="sm" href={`/console/projects/${projectId}/guidelines`}>
      {t("guidelines")}
    </LinkButton>
  );
  return (
    <Section className="mt-6" title={t("title")} description={t("description")} actions={isLead && guidelines}>
      {list.error && <ErrorState error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && <Skeleton className="h-16" />}
      {list.data?.gaps.length === 0 && <EmptyState title={t("none")}>{t("noneHint")}</EmptyState>}
      <ul className="flex flex-col divide-y divide-line">
        {list.data?.gaps.map((gap) => (
          <li key={gap.id} className="flex flex-col gap-2 py-3 first:pt-0">
            <p className="flex flex-wrap items-center gap-2 text-sm text-muted">
              <Badge tone={gap.resolvedAt ? "done" : "warn"}>{gap.resolvedAt ? t("settled") : t("open")}</Badge>
              {gap.category && <Badge>{gap.category}</Badge>}
              {gap.raisedBy} · <When at={gap.createdAt} />
            </p>
            <p dir="auto" className="max-w-read whitespace-pre-wrap">
              {gap.note}
            </p>
            <p dir="auto" className="max-w-read text-sm text-muted">
              {gap.promptExcerpt}
            </p>
            {gap.resolution && (
              <p dir="auto" className="max-w-read whitespace-pre-wrap">
                <span className="text-sm text-muted">{t("decision")}</span> {gap.resolution}
              </p>
            )}
            {isLead && !gap.resolvedAt && <Resolve gap={gap} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Resolve({ gap }: { gap: GuidelineGap }) {
  const t = useTranslations("console.reviews.gaps");
  const action = useAction(resolveGuidelineGap);
  const [resolution, setResolution] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (resolution.trim() !== "") action.mutate({ params: { gapId: gap.id }, body: { resolution } });
  };
  return (
    <form onSubmit={submit} className="flex max-w-read flex-col items-start gap-2">
      <Field label={t("resolution")} hint={t("resolutionHint")} className="w-full">
        {(control) => (
          <Textarea
            {...control}
            maxLength={10_000}
            value={resolution}
            onChange={(event) => setResolution(event.target.value)}
          />
        )}
      </Field>
      {action.error && <ErrorState error={action.error} />}
      <Button type="submit" size="sm" busy={action.isPending} disabled={resolution.trim() === ""}>
        {t("settle")}
      </Button>
    </form>
  );
}
