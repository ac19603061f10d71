"use client";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { type Column, Table } from "@/app/components/table";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { type GoldItem, restoreGoldItem } from "@/lib/contracts/gold";
import { PairExcerpt } from "./pair-excerpt";

interface Props {
  label: string;
  projectId: string;
  rows: GoldItem[];
  loading: boolean;
  empty: ReactNode;
  onRetire: (item: GoldItem) => void;
  onLoadMore?: () => void;
  loadingMore: boolean;
}

export function GoldTable({ label, projectId, rows, loading, empty, onRetire, onLoadMore, loadingMore }: Props) {
  const columns = useColumns(projectId, onRetire);
  return (
    <Table
      label={label}
      rows={rows}
      rowKey={(row) => row.itemId}
      loading={loading}
      empty={empty}
      onLoadMore={onLoadMore}
      loadingMore={loadingMore}
      columns={columns}
    />
  );
}

function useColumns(projectId: string, onRetire: (item: GoldItem) => void): Column<GoldItem>[] {
  const t = useTranslations("console.gold");
  const format = useFormatter();
  const missed = (count: number, seen: number) =>
    seen === 0 ? <span className="text-muted">–</span> : t("ofSeen", { count, seen });
  return [
    { key: "pair", header: t("pair"), cell: (row) => <PairExcerpt pair={row} /> },
    {
      key: "state",
      header: t("origin"),
      cell: (row) => (
        <span className="flex flex-wrap gap-1">
          <Badge>{t(`sources.${row.source}`)}</Badge>
          {row.suspect && <Badge tone="warn">{t("suspect")}</Badge>}
          {row.unusable && <Badge tone="warn">{t("unusable")}</Badge>}
          {row.voided && <Badge tone="danger">{t("voided")}</Badge>}
        </span>
      ),
    },
    { key: "campaign", header: t("campaign"), cell: (row) => row.campaign, className: "min-w-32" },
    { key: "seen", header: t("seen"), numeric: true, cell: (row) => format.number(row.seen) },
    { key: "missed", header: t("missed"), numeric: true, cell: (row) => missed(row.missed, row.seen) },
    { key: "good", header: t("goodMissed"), numeric: true, cell: (row) => missed(row.goodMissed, row.goodSeen) },
    { key: "made", header: t("made"), cell: (row) => <When at={row.retiredAt ?? row.createdAt} /> },
    {
      key: "actions",
      header: <span className="sr-only">{t("actions")}</span>,
      className: "whitespace-nowrap",
      cell: (row) => (
        <>
          {(row.retiredAt || row.unusable) && <Restore projectId={projectId} itemId={row.itemId} />}
          {!row.retiredAt && (
            <Button size="sm" variant="ghost" onClick={() => onRetire(row)}>
              {t("retire")}
            </Button>
          )}
        </>
      ),
    },
  ];
}

function Restore({ projectId, itemId }: { projectId: string; itemId: string }) {
  const t = useTranslations("console.gold");
  const restore = useAction(restoreGoldItem);
  const run = () =>
    restore.mutate(
      { params: { projectId, itemId } },
      {
        onSuccess: () => void toast({ title: t("restored"), tone: "done" }),
        onError: (error) => void toast({ title: error.message, tone: "danger" }),
      },
    );
  return (
    <Button size="sm" variant="ghost" busy={restore.isPending} onClick={run}>
      {t("restore")}
    </Button>
  );
}
