"use client";
import { useTranslations } from "next-intl";
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
import { suggestionsOf } from "@/lib/client/console/list/suggestions";
import { useList, useSelection } from "@/lib/client/console/list/use-list";
import { exportPrompts, type ListedPrompt, listPrompts, type PromptFilter } from "@/lib/contracts/lists";
import { isSearchable } from "@/lib/domain/lists";
import { PromptBulk } from "./prompt-bulk";

const TASKS = ["helpfulness", "safety"] as const;

interface Seen {
  languages: string[];
  categories: string[];
  sources: string[];
}

export function PromptsView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.prompts");
  const [seen, setSeen] = useState<Seen>({ languages: [], categories: [], sources: [] });
  const columns = useColumns();
  const list = useList(listPrompts, { params: { projectId }, filters: useFilters(seen), columns });
  const selection = useSelection(list.view);
  const languages = suggestionsOf(
    seen.languages,
    list.rows.map((prompt) => prompt.language),
  );
  const categories = suggestionsOf(
    seen.categories,
    list.rows.map((prompt) => prompt.category),
  );
  const sources = suggestionsOf(
    seen.sources,
    list.rows.map((prompt) => prompt.source),
  );
  if (languages !== seen.languages || categories !== seen.categories || sources !== seen.sources)
    setSeen({ languages, categories, sources });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <ListFilters list={list} />
      <ListTools
        screen="prompts"
        projectId={projectId}
        list={list}
        columns={columns}
        csv={{ endpoint: exportPrompts, params: { projectId } }}
      />
      <PromptBulk
        projectId={projectId}
        selection={selection}
        filter={list.values as PromptFilter}
        loaded={list.rows.length}
        more={list.onLoadMore !== undefined}
        categories={categories}
        languages={languages}
      />
      <ListRows
        label={t("title")}
        columns={columns}
        list={list}
        rowKey={(prompt) => prompt.id}
        rowName={(prompt) => prompt.text}
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

function useFilters(seen: Seen): ListFilter[] {
  const t = useTranslations("console.prompts");
  return [
    { name: "search", label: t("search"), kind: "text", isEnough: isSearchable },
    {
      name: "task",
      label: t("task"),
      kind: "select",
      options: TASKS.map((value) => ({ value, label: t(`tasks.${value}`) })),
    },
    { name: "language", label: t("language"), kind: "text", suggestions: seen.languages },
    { name: "category", label: t("category"), kind: "text", suggestions: seen.categories },
    { name: "source", label: t("source"), kind: "text", suggestions: seen.sources },
  ];
}

function useColumns(): ListColumn<ListedPrompt>[] {
  const t = useTranslations("console.prompts");
  return [
    {
      key: "text",
      header: t("text"),
      className: "min-w-56 max-w-lg",
      cell: (prompt) => <span className="line-clamp-2 break-words">{prompt.text}</span>,
    },
    { key: "task", header: t("task"), cell: (prompt) => t(`tasks.${prompt.task}`) },
    { key: "language", header: t("language"), cell: (prompt) => prompt.language },
    { key: "category", header: t("category"), cell: (prompt) => prompt.category ?? "–" },
    {
      key: "safetyTagged",
      header: t("safetyTagged"),
      cell: (prompt) => (prompt.safetyTagged ? <Badge tone="warn">{t("risky")}</Badge> : "–"),
    },
    { key: "turns", header: t("turns"), numeric: true, hidden: true, cell: (prompt) => prompt.turns },
    { key: "source", header: t("source"), className: "max-w-40 break-words", cell: (prompt) => prompt.source },
    { key: "created", header: t("created"), cell: (prompt) => <When at={prompt.createdAt} /> },
    { key: "id", header: t("id"), hidden: true, cell: (prompt) => <code className="text-sm">{prompt.id}</code> },
  ];
}
