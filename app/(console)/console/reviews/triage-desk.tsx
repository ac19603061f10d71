"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "@/app/components/button";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { usePages } from "@/lib/client/console/use-pages";
import { decideTriage, listTriage, scoreTriage, type TriageCase } from "@/lib/contracts/triage";
import { FilterSelect } from "../parts/filter-select";
import { DeskFrame } from "./desk-frame";
import { GuidelineGaps } from "./guideline-gaps";
import { TriageCaseView, type TriageDecision } from "./triage-case";
import { useDecisions } from "./use-decisions";

const QUEUES = ["likely_slip", "guideline_gap", "plurality"] as const;
const AT_HAND = 20;
const FETCH_BEFORE_END = 3;
const POLL_MS = 15_000;

/** Judgements that surprise the reward model, sorted by what to do about them. */
export function TriageDesk({ projectId, isLead }: { projectId: string; isLead: boolean }) {
  const t = useTranslations("console.reviews.triage");
  const [queue, setQueue] = useFilter("queue", QUEUES);
  const query = { projectId, limit: AT_HAND, ...(queue ? { queue } : {}) };
  const list = usePages(
    listTriage,
    { query },
    {
      rows: (page) => page.cases,
      next: (page) => (page.next ? { after: page.next } : null),
      pollWhile: (first) => ((first?.unscored ?? 0) > 0 ? POLL_MS : false),
    },
  );
  const { current, position, held, next, previous, decide } = useTriaging(list);
  const { first } = list;
  const counts = first?.counts;
  const options = QUEUES.map((value) => ({ value, label: `${t(`queue.${value}`)} (${counts?.[value] ?? 0})` }));
  const hint = first?.models.length === 0 ? t("noModel") : t("emptyHint");
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end gap-3">
        <FilterSelect label={t("filter")} all={t("all")} value={queue} options={options} onChange={setQueue} />
        {first && first.models.length > 0 && <ScoreNow projectId={projectId} unscored={first.unscored} />}
      </div>
      <DeskFrame
        name="triage"
        loading={list.loading}
        error={list.error}
        retry={list.refetch}
        place={current ? { position, held } : null}
        next={next}
        previous={previous}
        empty={{ title: t("empty"), hint }}
      >
        {current && (
          <TriageCaseView key={current.comparisonId} entry={current} onDecide={(body) => decide(current, body)} />
        )}
      </DeskFrame>
      <GuidelineGaps projectId={projectId} isLead={isLead} />
    </>
  );
}

/** Walking through the cases at hand; more are fetched before they end. What is decided leaves at once. */
function useTriaging(page: {
  rows: readonly TriageCase[];
  error: Error | null;
  onLoadMore: (() => void) | undefined;
  loadingMore: boolean;
}) {
  const { rows, onLoadMore } = page;
  const mayLoad = !page.loadingMore && !page.error;
  const t = useTranslations("console.reviews.triage");
  const action = useAction(decideTriage);
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [currentId, setCurrentId] = useState<string | null>(null);
  const waiting = rows.filter((entry) => !gone.has(entry.comparisonId));
  const at = Math.max(
    0,
    waiting.findIndex((entry) => entry.comparisonId === currentId),
  );
  const isNearEnd = waiting.length - at <= FETCH_BEFORE_END;
  useEffect(() => {
    if (isNearEnd && mayLoad) onLoadMore?.();
  }, [isNearEnd, mayLoad, onLoadMore]);
  const go = (entry: TriageCase | undefined) => entry && setCurrentId(entry.comparisonId);
  const decide = useDecisions<TriageCase, TriageDecision>({
    idOf: (entry) => entry.comparisonId,
    send: ({ comparisonId, decisionId }, body) =>
      action.mutateAsync({ params: { comparisonId }, body: { ...body, supersedesId: decisionId } }),
    withdraw: (comparisonId, supersedesId) =>
      action.mutateAsync({ params: { comparisonId }, body: { action: "withdrawn", supersedesId } }),
    said: (body) => t(`done.${body.action}`),
    leave: (entry) => {
      go(waiting[at + 1] ?? waiting[at - 1]);
      setGone((known) => new Set(known).add(entry.comparisonId));
    },
    comeBack: (id) => {
      setGone((known) => new Set([...known].filter((other) => other !== id)));
      setCurrentId(id);
    },
  });
  return {
    current: waiting[at],
    position: at + 1,
    held: waiting.length,
    next: () => go(waiting[at + 1]),
    previous: () => go(waiting[at - 1]),
    decide,
  };
}

function ScoreNow({ projectId, unscored }: { projectId: string; unscored: number }) {
  const t = useTranslations("console.reviews.triage");
  const action = useAction(scoreTriage);
  const ask = () =>
    action.mutate(
      { params: { projectId } },
      { onSuccess: () => toast({ title: t("scoring"), description: t("scoringHint") }) },
    );
  if (unscored === 0) return <p className="min-h-9 text-sm text-muted">{t("allScored")}</p>;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button busy={action.isPending} onClick={ask}>
        {t("score")}
      </Button>
      <span className="text-sm text-muted tabular-nums">{t("unscored", { count: unscored })}</span>
      {action.error && <ErrorState error={action.error} />}
    </div>
  );
}
