"use client";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import type { z } from "zod";
import { toast } from "@/app/components/toast";
import { callFor } from "@/lib/client/call";
import { useCaseKeys } from "@/lib/client/console/use-case-keys";
import { useDesk } from "@/lib/client/console/use-desk";
import { useAction } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import type { ProblemError } from "@/lib/client/problem";
import { claimReviews, type countReviews, type ReviewCase, reviewComparison } from "@/lib/contracts/reviews";
import { REVIEW_REASONS } from "@/lib/domain/review";
import { FilterSelect } from "../parts/filter-select";
import { DeskFrame } from "./desk-frame";
import { type Decision, ReviewCaseView } from "./review-case";

export type Counts = z.infer<NonNullable<typeof countReviews.response>>;
const AT_HAND = 5;
const UNDO_MS = 8000;

/** One waiting judgement after another; the next ones are held ready. */
export function ReviewDesk({ projectId, counts }: { projectId: string; counts: Counts | undefined }) {
  const t = useTranslations("console.reviews");
  const filters = useReviewFilters();
  const { values } = filters;
  const desk = useDesk<ReviewCase>({
    queue: [claimReviews.path, projectId, values],
    idOf: (entry) => entry.comparisonId,
    claim: async (exclude) =>
      (await callFor(claimReviews, { body: { projectId, ...values, exclude, limit: AT_HAND } })).cases,
  });
  const { decide, undo } = useReviewing(desk);
  useCaseKeys({ u: undo });
  const { current } = desk;
  const filtered = Object.values(values).some(Boolean);
  return (
    <>
      <Filters counts={counts} filters={filters} />
      <DeskFrame
        name="review"
        {...desk}
        place={current ? { position: desk.position, held: desk.held } : null}
        empty={
          filtered
            ? { title: t("noneFiltered"), hint: t("noneFilteredHint") }
            : { title: t("empty"), hint: t("emptyHint") }
        }
      >
        {current && (
          <ReviewCaseView
            key={current.comparisonId}
            entry={current}
            onDecide={(decision) => decide(current, decision)}
          />
        )}
      </DeskFrame>
    </>
  );
}

/** Sends decisions; the case leaves the screen at once and comes back if the server refuses, or when it is undone. */
function useReviewing(desk: ReturnType<typeof useDesk<ReviewCase>>) {
  const t = useTranslations("console.reviews");
  const action = useAction(reviewComparison);
  const last = useRef<{ comparisonId: string; reviewId: string; at: number } | null>(null);
  const undo = () => {
    const before = last.current;
    if (!before || Date.now() - before.at > UNDO_MS) return;
    last.current = null;
    const { comparisonId, reviewId } = before;
    const body = { decision: "withdrawn", supersedesId: reviewId } as const;
    action.mutateAsync({ params: { comparisonId }, body }).then(
      () => {
        toast({ title: t("undone") });
        desk.comeBack(comparisonId);
      },
      (error: ProblemError) => toast({ tone: "danger", title: t("failed"), description: error.message }),
    );
  };
  const decide = (entry: ReviewCase, body: Decision) => {
    const { comparisonId } = entry;
    desk.leave(entry);
    // Each call has its own promise: the callbacks of `mutate` are only heard for the newest of several under way.
    action.mutateAsync({ params: { comparisonId }, body: { ...body, supersedesId: entry.reviewId } }).then(
      (made) => {
        if (!made) return;
        last.current = { comparisonId, reviewId: made.id, at: Date.now() };
        toast({
          tone: "done",
          title: t(`decided.${body.decision}`),
          durationMs: UNDO_MS,
          action: { label: t("undo"), shortcut: "u", run: undo },
        });
      },
      (error: ProblemError) => {
        toast({ tone: "danger", title: t("failed"), description: error.message });
        desk.comeBack(comparisonId);
      },
    );
  };
  return { decide, undo };
}

function useReviewFilters() {
  const [reason, setReason] = useFilter("reason", REVIEW_REASONS);
  const [userId, setUser] = useFilter("annotator");
  const [campaignId, setCampaign] = useFilter("campaign");
  const [language, setLanguage] = useFilter("language");
  return { values: { reason, userId, campaignId, language }, setReason, setUser, setCampaign, setLanguage };
}

function Filters({ counts, filters }: { counts: Counts | undefined; filters: ReturnType<typeof useReviewFilters> }) {
  const t = useTranslations("console.reviews");
  const { values } = filters;
  const options = (list: Counts["reasons"] | undefined, name: (row: Counts["reasons"][number]) => string) =>
    (list ?? []).map((row) => ({ value: row.key, label: `${name(row)} (${row.count})` }));
  const reasons = options(counts?.reasons, ({ key }) => t(`reason.${key as (typeof REVIEW_REASONS)[number]}`));
  const byName = (row: { name: string }) => row.name;
  return (
    <div className="mb-4 grid grid-cols-2 gap-3 sm:flex sm:flex-wrap">
      <FilterSelect
        label={t("filters.reason")}
        all={t("filters.all")}
        value={values.reason}
        options={reasons}
        onChange={filters.setReason}
      />
      <FilterSelect
        label={t("filters.annotator")}
        all={t("filters.all")}
        value={values.userId}
        options={options(counts?.annotators, byName)}
        onChange={filters.setUser}
      />
      <FilterSelect
        label={t("filters.campaign")}
        all={t("filters.all")}
        value={values.campaignId}
        options={options(counts?.campaigns, byName)}
        onChange={filters.setCampaign}
      />
      <FilterSelect
        label={t("filters.language")}
        all={t("filters.all")}
        value={values.language}
        options={options(counts?.languages, byName)}
        onChange={filters.setLanguage}
      />
    </div>
  );
}
