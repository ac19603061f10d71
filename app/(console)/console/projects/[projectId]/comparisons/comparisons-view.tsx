"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Badge } from "@/app/components/badge";
import { LinkButton } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { ListFilters } from "@/app/components/list/list-filters";
import { ListRows } from "@/app/components/list/list-rows";
import type { ListColumn } from "@/app/components/list/list-table";
import { ListTools } from "@/app/components/list/list-tools";
import type { ListFilter } from "@/lib/client/console/list/list-query";
import { useList } from "@/lib/client/console/list/use-list";
import { useRead } from "@/lib/client/console/use-endpoint";
import { listCampaigns } from "@/lib/contracts/campaigns";
import { exportComparisons, type ListedComparison, listComparisons, SAFETIES, STRENGTHS } from "@/lib/contracts/lists";
import { listMembers } from "@/lib/contracts/projects";
import { ShownPair } from "./shown-pair";

export function ComparisonsView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.comparisons");
  const [open, setOpen] = useState<string | null>(null);
  const columns = useColumns(setOpen);
  const list = useList(listComparisons, { params: { projectId }, filters: useFilters(projectId), columns });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <ListFilters list={list} />
      <ListTools
        screen="comparisons"
        projectId={projectId}
        list={list}
        columns={columns}
        csv={{ endpoint: exportComparisons, params: { projectId } }}
      />
      <ListRows
        label={t("title")}
        columns={columns}
        list={list}
        rowKey={(row) => row.id}
        noMatch={{ title: t("noMatch"), hint: t("noMatchHint") }}
        empty={{
          title: t("empty"),
          hint: t("emptyHint"),
          action: <LinkButton href={`/console/projects/${projectId}/campaigns`}>{t("toCampaigns")}</LinkButton>,
        }}
      />
      {open && <ShownPair projectId={projectId} comparisonId={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function useFilters(projectId: string): ListFilter[] {
  const t = useTranslations("console.comparisons");
  const campaigns = useRead(listCampaigns, { params: { projectId } }).data?.rows;
  const members = useRead(listMembers, { params: { projectId } }).data?.rows;
  // Until the names are here, the address's own value is let through: the server judges it.
  const named = (rows: { value: string; label: string }[] | undefined) => (rows ? { options: rows } : {});
  return [
    {
      name: "userId",
      label: t("annotator"),
      kind: "select",
      ...named(members?.map(({ userId, name, email }) => ({ value: userId, label: `${name} (${email})` }))),
    },
    {
      name: "strength",
      label: t("strength"),
      kind: "select",
      options: STRENGTHS.map((value) => ({ value, label: t(`strengths.${value}`) })),
    },
    {
      name: "safety",
      label: t("safety"),
      kind: "select",
      options: SAFETIES.map((value) => ({ value, label: t(`safeties.${value}`) })),
    },
    {
      name: "campaignId",
      label: t("campaign"),
      kind: "select",
      ...named(campaigns?.map(({ id, name }) => ({ value: id, label: name }))),
    },
    {
      name: "source",
      label: t("source"),
      kind: "select",
      options: (["annotator", "import"] as const).map((value) => ({ value, label: t(`sources.${value}`) })),
    },
    { name: "from", label: t("from"), kind: "date" },
    { name: "to", label: t("to"), kind: "date" },
  ];
}

function useColumns(onOpen: (id: string) => void): ListColumn<ListedComparison>[] {
  const t = useTranslations("console.comparisons");
  const format = useFormatter();
  return [
    {
      key: "prompt",
      header: t("prompt"),
      className: "min-w-56 max-w-lg",
      cell: (row) => (
        <button
          type="button"
          onClick={() => onOpen(row.id)}
          className="line-clamp-2 text-left break-words text-accent underline underline-offset-2"
        >
          {row.prompt}
        </button>
      ),
    },
    { key: "annotator", header: t("annotator"), cell: (row) => row.annotator ?? row.sourceName ?? "–" },
    { key: "strength", header: t("strength"), cell: (row) => (row.strength ? t(`strengths.${row.strength}`) : "–") },
    { key: "safety", header: t("safety"), cell: (row) => (row.safety ? t(`safeties.${row.safety}`) : "–") },
    { key: "campaign", header: t("campaign"), className: "max-w-48 break-words", cell: (row) => row.campaign },
    {
      key: "seconds",
      header: t("seconds"),
      numeric: true,
      cell: (row) =>
        row.durationMs === null ? "–" : format.number(row.durationMs / 1000, { maximumFractionDigits: 1 }),
    },
    {
      key: "review",
      header: t("review"),
      cell: (row) =>
        row.review ? (
          <Badge tone={row.review === "rejected" || row.review === "withdrawn" ? "danger" : "done"}>
            {t(`reviews.${row.review}`)}
          </Badge>
        ) : (
          "–"
        ),
    },
    {
      key: "superseded",
      header: t("superseded"),
      hidden: true,
      cell: (row) => (row.superseded ? <Badge>{t("replaced")}</Badge> : "–"),
    },
    { key: "task", header: t("task"), hidden: true, cell: (row) => t(`tasks.${row.task}`) },
    { key: "created", header: t("created"), cell: (row) => <When at={row.createdAt} /> },
    { key: "id", header: t("id"), hidden: true, cell: (row) => <code className="text-sm">{row.id}</code> },
  ];
}
