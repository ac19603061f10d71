"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import type { z } from "zod";
import { annotateKeys } from "@/lib/client/annotate/keys";
import { callFor } from "@/lib/client/call";
import type { ProblemError } from "@/lib/client/problem";
import { listMyComparisons } from "@/lib/contracts/comparisons";
import { Badge } from "../badge";
import { LinkButton } from "../button";
import { PageHeader } from "../card";
import { EmptyState, ErrorState } from "../states";
import { type Column, Table } from "../table";
import { HarmExcerpt } from "./harm-excerpt";

type Row = z.infer<NonNullable<typeof listMyComparisons.response>>["comparisons"][number];

const canChange = (row: Row): boolean => Date.now() < Date.parse(row.changeableUntil);
const REVIEW_TONES = { approved: "done", fixed: "neutral", rejected: "danger" } as const;

/** Own judgements, newest first; recent ones can be opened and replaced. */
export function HistoryList({ projectId }: { projectId: string }) {
  const t = useTranslations("annotate.history");
  const columns = useColumns(projectId);
  const query = useInfiniteQuery({
    queryKey: annotateKeys.mine(projectId),
    queryFn: ({ pageParam }) => callFor(listMyComparisons, { query: { projectId, cursor: pageParam, limit: 30 } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const start = <LinkButton href={`/annotate/${projectId}`}>{t("start")}</LinkButton>;
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={start} />
      {query.isError ? (
        <ErrorState error={query.error as ProblemError} onRetry={() => query.refetch()} />
      ) : (
        <div className="rounded-lg border border-line bg-surface">
          <Table
            label={t("title")}
            columns={columns}
            rows={query.data?.pages.flatMap((page) => page.comparisons) ?? []}
            rowKey={(row) => row.id}
            loading={query.isPending}
            empty={<EmptyState title={t("none")}>{t("noneHelp")}</EmptyState>}
            onLoadMore={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
            loadingMore={query.isFetchingNextPage}
          />
        </div>
      )}
    </>
  );
}

function useColumns(projectId: string): Column<Row>[] {
  const t = useTranslations("annotate");
  const format = useFormatter();
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [
    {
      key: "when",
      header: t("history.when"),
      className: "whitespace-nowrap text-muted",
      cell: (row) => format.dateTime(new Date(row.createdAt), { dateStyle: "short", timeStyle: "short", timeZone }),
    },
    {
      key: "prompt",
      header: t("history.prompt"),
      className: "min-w-56",
      cell: (row) => <HarmExcerpt item={row}>{row.promptExcerpt}</HarmExcerpt>,
    },
    {
      key: "verdict",
      header: t("history.verdict"),
      className: "whitespace-nowrap",
      cell: (row) =>
        t("verdict.stepName", { side: row.preferred.toUpperCase(), strength: t(`verdict.strength.${row.strength}`) }),
    },
    {
      key: "notes",
      header: t("history.notes"),
      cell: (row) => (
        <>
          <span className="flex flex-wrap gap-1">
            {row.supersedesId && <Badge>{t("history.changed")}</Badge>}
            {row.needsReview && !row.review && <Badge tone="warn">{t("history.inReview")}</Badge>}
            {row.review && <Badge tone={REVIEW_TONES[row.review]}>{t(`history.review.${row.review}`)}</Badge>}
          </span>
          {row.feedback && (
            <p dir="auto" className="mt-1 max-w-md min-w-48 whitespace-pre-wrap">
              {row.feedback}
            </p>
          )}
        </>
      ),
    },
    {
      key: "change",
      header: <span className="sr-only">{t("history.change")}</span>,
      cell: (row) =>
        canChange(row) && (
          <LinkButton size="sm" href={`/annotate/${projectId}?revise=${row.id}`}>
            {t("history.change")}
          </LinkButton>
        ),
    },
  ];
}
