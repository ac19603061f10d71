"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Badge, type Tone } from "@/app/components/badge";
import { LinkButton } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { ListFilters } from "@/app/components/list/list-filters";
import { ListRows } from "@/app/components/list/list-rows";
import type { ListColumn } from "@/app/components/list/list-table";
import { ListTools } from "@/app/components/list/list-tools";
import { suggestionsOf } from "@/lib/client/console/list/suggestions";
import { useList, useSelection } from "@/lib/client/console/list/use-list";
import { useRead } from "@/lib/client/console/use-endpoint";
import { listCampaigns } from "@/lib/contracts/campaigns";
import {
  exportItems,
  ITEM_KINDS,
  ITEM_PURPOSES,
  ITEM_STATES,
  type ItemFilter,
  type ListedItem,
  listItems,
} from "@/lib/contracts/lists";
import { ItemBulk } from "./item-bulk";

const TONES: Record<ListedItem["state"], Tone> = {
  open: "accent",
  done: "done",
  unusable: "warn",
  withdrawn: "neutral",
};

export function ItemsView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.items");
  const campaigns = useRead(listCampaigns, { params: { projectId } }).data?.rows ?? [];
  const [seen, setSeen] = useState<{ languages: string[]; categories: string[] }>({ languages: [], categories: [] });
  const columns = useColumns();
  const list = useList(listItems, { params: { projectId }, filters: useFilters(campaigns, seen), columns });
  const selection = useSelection(list.view);
  const languages = suggestionsOf(
    seen.languages,
    list.rows.map((item) => item.language),
  );
  const categories = suggestionsOf(
    seen.categories,
    list.rows.map((item) => item.category),
  );
  if (languages !== seen.languages || categories !== seen.categories) setSeen({ languages, categories });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <ListFilters list={list} />
      <ListTools
        screen="items"
        projectId={projectId}
        list={list}
        columns={columns}
        csv={{ endpoint: exportItems, params: { projectId } }}
      />
      <ItemBulk
        projectId={projectId}
        campaigns={campaigns}
        selection={selection}
        filter={list.values as ItemFilter}
        loaded={list.rows.length}
        more={list.onLoadMore !== undefined}
      />
      <ListRows
        label={t("title")}
        columns={columns}
        list={list}
        rowKey={(item) => item.id}
        rowName={(item) => item.prompt ?? item.id.slice(0, 8)}
        selection={selection}
        noMatch={{ title: t("noMatch"), hint: t("noMatchHint") }}
        empty={{
          title: t("empty"),
          hint: t("emptyHint"),
          action: <LinkButton href={`/console/projects/${projectId}/data`}>{t("toImport")}</LinkButton>,
        }}
      />
    </>
  );
}

function useFilters(campaigns: { id: string; name: string }[], seen: { languages: string[]; categories: string[] }) {
  const t = useTranslations("console.items");
  return [
    {
      name: "state",
      label: t("state"),
      kind: "select",
      options: ITEM_STATES.map((value) => ({ value, label: t(`states.${value}`) })),
    },
    {
      name: "campaignId",
      label: t("campaign"),
      kind: "select",
      // Until the campaigns are here, the address's own is let through: the server judges it.
      ...(campaigns.length > 0 ? { options: campaigns.map(({ id, name }) => ({ value: id, label: name })) } : {}),
    },
    {
      name: "kind",
      label: t("kind"),
      kind: "select",
      options: ITEM_KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })),
    },
    {
      name: "purpose",
      label: t("purpose"),
      kind: "select",
      options: ITEM_PURPOSES.map((value) => ({ value, label: t(`purposes.${value}`) })),
    },
    { name: "language", label: t("language"), kind: "text", suggestions: seen.languages },
    { name: "category", label: t("category"), kind: "text", suggestions: seen.categories },
    { name: "judgementsMin", label: t("judgementsMin"), kind: "number" },
    { name: "judgementsMax", label: t("judgementsMax"), kind: "number" },
  ] as const;
}

function useColumns(): ListColumn<ListedItem>[] {
  const t = useTranslations("console.items");
  return [
    {
      key: "prompt",
      header: t("prompt"),
      className: "min-w-56 max-w-lg",
      cell: (item) => <span className="line-clamp-2 break-words">{item.prompt ?? t("noPrompt")}</span>,
    },
    {
      key: "state",
      header: t("state"),
      cell: (item) => <Badge tone={TONES[item.state]}>{t(`states.${item.state}`)}</Badge>,
    },
    { key: "campaign", header: t("campaign"), className: "max-w-48 break-words", cell: (item) => item.campaign },
    { key: "kind", header: t("kind"), cell: (item) => t(`kinds.${item.kind}`) },
    {
      key: "judgements",
      header: t("judgements"),
      numeric: true,
      cell: (item) => t("ofOverlap", { judgements: item.judgements, overlap: item.overlap }),
    },
    { key: "inWork", header: t("inWork"), numeric: true, cell: (item) => item.inWork },
    { key: "language", header: t("language"), cell: (item) => item.language ?? "–" },
    { key: "category", header: t("category"), cell: (item) => item.category ?? "–" },
    { key: "purpose", header: t("purpose"), hidden: true, cell: (item) => t(`purposes.${item.purpose}`) },
    { key: "order", header: t("order"), hidden: true, cell: (item) => t(`orders.${item.order}`) },
    { key: "created", header: t("created"), cell: (item) => <When at={item.createdAt} /> },
    { key: "id", header: t("id"), hidden: true, cell: (item) => <code className="text-sm">{item.id}</code> },
  ];
}
