"use client";
import { useTranslations } from "next-intl";
import { DetailsList } from "@/app/(console)/console/parts/details-list";
import { Dialogue } from "@/app/(console)/console/parts/dialogue";
import { When } from "@/app/(console)/console/parts/when";
import { Drawer } from "@/app/components/dialog";
import { Markdown } from "@/app/components/markdown";
import { ErrorState, Skeleton } from "@/app/components/states";
import { useRead } from "@/lib/client/console/use-endpoint";
import { type ShownComparison, showComparison } from "@/lib/contracts/lists";

/** One judgement: the dialogue, both answers, and what was said of them. */
export function ShownPair({
  projectId,
  comparisonId,
  onClose,
}: {
  projectId: string;
  comparisonId: string;
  onClose: () => void;
}) {
  const t = useTranslations("console.comparisons");
  const shown = useRead(showComparison, { params: { projectId, comparisonId } });
  return (
    <Drawer open onOpenChange={(open) => !open && onClose()} title={t("pairTitle")} className="sm:w-[min(56rem,95vw)]">
      {shown.error && <ErrorState error={shown.error} onRetry={() => shown.refetch()} />}
      {shown.isPending && <Skeleton className="h-64" />}
      {shown.data && <Pair shown={shown.data} />}
    </Drawer>
  );
}

function Pair({ shown }: { shown: ShownComparison }) {
  const t = useTranslations("console.comparisons");
  const side = (isA: boolean) => (shown.choseA === null ? "" : ` (${isA ? "A" : "B"})`);
  return (
    <div className="flex flex-col gap-5">
      <Dialogue messages={shown.context} />
      <div className="grid gap-4 md:grid-cols-2">
        <Answer title={t("chosen") + side(shown.choseA === true)} text={shown.chosen} />
        <Answer title={t("rejected") + side(shown.choseA === false)} text={shown.rejected} />
      </div>
      {shown.editedResponse && <Answer title={t("edited")} text={shown.editedResponse} />}
      <DetailsList
        entries={[
          { key: "annotator", name: t("annotator"), value: shown.annotator ?? shown.sourceName ?? "–" },
          { key: "strength", name: t("strength"), value: shown.strength ? t(`strengths.${shown.strength}`) : "–" },
          { key: "safety", name: t("safety"), value: shown.safety ? t(`safeties.${shown.safety}`) : "–" },
          { key: "tags", name: t("tags"), value: shown.tags.join(", ") || "–" },
          { key: "rationale", name: t("rationale"), value: shown.rationale ?? "–" },
          { key: "created", name: t("created"), value: <When at={shown.createdAt} /> },
          ...(shown.superseded ? [{ key: "superseded", name: t("superseded"), value: t("replacedHint") }] : []),
          ...shown.reviews.map((review, index) => ({
            key: `review-${index}`,
            name: t("review"),
            value: `${t(`reviews.${review.decision}`)} · ${review.reviewer}${review.feedback ? `: ${review.feedback}` : ""}`,
          })),
        ]}
      />
    </div>
  );
}

function Answer({ title, text }: { title: string; text: string }) {
  return (
    <section aria-label={title} className="min-w-0 rounded-md border border-line p-3">
      <p className="mb-2 text-sm font-medium">{title}</p>
      <Markdown text={text} />
    </section>
  );
}
