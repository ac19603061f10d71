"use client";
import { useTranslations } from "next-intl";
import type { z } from "zod";
import { callFor } from "@/lib/client/call";
import { useDesk } from "@/lib/client/console/use-desk";
import { useAction } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { claimReviews, type countReviews, type ReviewCase, reviewComparison } from "@/lib/contracts/reviews";
import { REVIEW_REASONS } from "@/lib/domain/review";
import { FilterSelect } from "../parts/filter-select";
import { DeskFrame } from "./desk-frame";
import { type Decision, ReviewCaseView } from "./review-case";
import { useDecisions } from "./use-decisions";

export type Counts = z.infer<NonNullable<typeof countReviews.response>>;
const AT_HAND = 5;

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
  const action = useAction(reviewComparison);
  const decide = useDecisions<ReviewCase, Decision>({
    ...desk,
    idOf: (entry) => entry.comparisonId,
    send: ({ comparisonId, reviewId }, body) =>
      action.mutateAsync({ params: { comparisonId }, body: { ...body, supersedesId: reviewId } }),
    withdraw: (comparisonId, supersedesId) =>
      action.mutateAsync({ params: { comparisonId }, body: { decision: "withdrawn", supersedesId } }),
    said: ({ decision }) => t(`decided.${decision}`),
  });
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
