"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Reward } from "@/app/(console)/console/parts/reward";
import { Badge } from "@/app/components/badge";
import { PageHeader, Section } from "@/app/components/card";
import { ListFilters } from "@/app/components/list/list-filters";
import { ListTools } from "@/app/components/list/list-tools";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import type { ListFilter } from "@/lib/client/console/list/list-query";
import { useList } from "@/lib/client/console/list/use-list";
import { useRead } from "@/lib/client/console/use-endpoint";
import { listRejectionSamplingGroups } from "@/lib/contracts/rejection-sampling";
import { listRounds } from "@/lib/contracts/rounds";
import { isSearchable } from "@/lib/domain/lists";
import { RewardCurve } from "./reward-curve";

const TASKS = ["helpfulness", "safety"] as const;

export function GroupsView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.rejectionSampling");
  const groups = useList(listRejectionSamplingGroups, {
    params: { projectId },
    fixed: { limit: 100 },
    filters: useFilters(projectId),
    columns: [],
  });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <ListFilters list={groups} />
      <ListTools screen="rejection-sampling" projectId={projectId} list={groups} columns={[]} />
      {groups.error && <ErrorState error={groups.error} className="mb-4" onRetry={groups.refetch} />}
      {groups.rows.some((group) => group.bestReward !== null) && (
        <Section title={t("gain")} description={t("gainHint")} className="mb-5">
          <RewardCurve groups={groups.rows.map((group) => group.rewards)} />
        </Section>
      )}
      {!groups.error && (
        <Table
          label={t("title")}
          rows={groups.rows}
          rowKey={(group) => group.id}
          loading={groups.loading}
          onLoadMore={groups.onLoadMore}
          loadingMore={groups.loadingMore}
          empty={
            Object.keys(groups.values).length > 0 ? (
              <EmptyState title={t("noMatch")}>{t("noMatchHint")}</EmptyState>
            ) : (
              <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>
            )
          }
          columns={[
            {
              key: "prompt",
              header: t("prompt"),
              className: "min-w-56",
              cell: (group) => (
                <Link
                  href={`/console/projects/${projectId}/rejection-sampling/${group.id}`}
                  className="line-clamp-2 text-accent underline"
                >
                  {group.promptText || t("noPrompt")}
                </Link>
              ),
            },
            { key: "round", header: t("round"), numeric: true, cell: (group) => group.roundNumber },
            { key: "task", header: t("task"), cell: (group) => t(`tasks.${group.task}`) },
            { key: "n", header: t("candidates"), numeric: true, cell: (group) => group.candidates },
            { key: "best", header: t("best"), numeric: true, cell: (group) => <Reward value={group.bestReward} /> },
            {
              key: "median",
              header: t("median"),
              numeric: true,
              cell: (group) => <Reward value={group.medianReward} />,
            },
            {
              key: "queue",
              header: t("queue"),
              cell: (group) =>
                group.itemId ? <Badge tone="done">{t("inQueue")}</Badge> : <Badge>{t("notQueued")}</Badge>,
            },
          ]}
        />
      )}
    </>
  );
}

function useFilters(projectId: string): ListFilter[] {
  const t = useTranslations("console.rejectionSampling");
  const rounds = useRead(listRounds, { params: { projectId }, query: { limit: 200 } }).data?.rounds;
  const named = rounds?.map(({ id, number }) => ({ value: id, label: t("roundNumber", { number }) }));
  return [
    { name: "search", label: t("search"), kind: "text", isEnough: isSearchable },
    { name: "roundId", label: t("round"), kind: "select", ...(named ? { options: named } : {}) },
    {
      name: "task",
      label: t("task"),
      kind: "select",
      options: TASKS.map((value) => ({ value, label: t(`tasks.${value}`) })),
    },
  ];
}
