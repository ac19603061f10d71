"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/components/button";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import type { ProblemError } from "@/lib/client/problem";
import { decideTriage, listTriage, scoreTriage, type TriageCase } from "@/lib/contracts/triage";
import { FilterSelect } from "../parts/filter-select";
import { DeskFrame } from "./desk-frame";
import { GuidelineGaps } from "./guideline-gaps";
import { TriageCaseView, type TriageDecision } from "./triage-case";

const QUEUES = ["likely_slip", "guideline_gap", "plurality"] as const;
const AT_HAND = 20;
const POLL_MS = 15_000;

/** Judgements that surprise the reward model, sorted by what to do about them. */
export function TriageDesk({ projectId, isLead }: { projectId: string; isLead: boolean }) {
  const t = useTranslations("console.reviews.triage");
  const [queue, setQueue] = useFilter("queue", QUEUES);
  const query = { projectId, limit: AT_HAND, ...(queue ? { queue } : {}) };
  const list = useRead(listTriage, { query }, { pollWhile: (data) => ((data?.unscored ?? 0) > 0 ? POLL_MS : false) });
  const { current, position, held, next, previous, decide } = useTriaging(list.data?.cases ?? []);
  const counts = list.data?.counts;
  const options = QUEUES.map((value) => ({ value, label: `${t(`queue.${value}`)} (${counts?.[value] ?? 0})` }));
  const hint = list.data?.models.length === 0 ? t("noModel") : t("emptyHint");
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end gap-3">
        <FilterSelect label={t("filter")} all={t("all")} value={queue} options={options} onChange={setQueue} />
        {list.data && list.data.models.length > 0 && <ScoreNow projectId={projectId} unscored={list.data.unscored} />}
      </div>
      <DeskFrame
        name="triage"
        loading={list.isPending}
        error={list.error}
        retry={() => void list.refetch()}
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

/** Walking through the page at hand; what is decided leaves at once. */
function useTriaging(cases: readonly TriageCase[]) {
  const t = useTranslations("console.reviews");
  const action = useAction(decideTriage);
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState(0);
  const waiting = cases.filter((entry) => !gone.has(entry.comparisonId));
  const place = Math.min(at, Math.max(0, waiting.length - 1));
  const decide = ({ comparisonId }: TriageCase, body: TriageDecision) => {
    setGone((known) => new Set(known).add(comparisonId));
    action.mutateAsync({ params: { comparisonId }, body }).then(
      () => toast({ tone: "done", title: t(`triage.done.${body.action}`) }),
      (error: ProblemError) => {
        toast({ tone: "danger", title: t("failed"), description: error.message });
        setGone((known) => new Set([...known].filter((id) => id !== comparisonId)));
      },
    );
  };
  return {
    current: waiting[place],
    position: place + 1,
    held: waiting.length,
    next: () => setAt(Math.min(place + 1, waiting.length - 1)),
    previous: () => setAt(Math.max(0, place - 1)),
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
