"use client";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FilterSelect } from "@/app/(console)/console/parts/filter-select";
import { Button } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { useFilter } from "@/lib/client/console/use-filter";
import { usePages } from "@/lib/client/console/use-pages";
import { type GoldItem, listGoldItems } from "@/lib/contracts/gold";
import { Candidates } from "./candidates";
import { GoldTable } from "./gold-table";
import { MarkGold } from "./mark-gold";
import { RetireGold } from "./retire-gold";

const STATES = ["suspect", "retired"] as const;

export function GoldView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.gold");
  // A link from a judged pair opens the dialog with that pair in it.
  const [itemId, setItemId] = useFilter("item");
  const [marking, setMarking] = useState(false);
  const close = () => {
    setMarking(false);
    setItemId("");
  };
  const mark = (
    <Button variant="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setMarking(true)}>
      {t("mark")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={mark} />
      <div className="flex flex-col gap-6">
        <GoldList projectId={projectId} />
        <Candidates projectId={projectId} />
      </div>
      {(marking || itemId) && <MarkGold projectId={projectId} itemId={itemId} onClose={close} />}
    </>
  );
}

function GoldList({ projectId }: { projectId: string }) {
  const t = useTranslations("console.gold");
  const [state, setState] = useFilter("state", STATES);
  const [leaving, setLeaving] = useState<GoldItem | null>(null);
  const page = usePages(
    listGoldItems,
    { params: { projectId }, query: { state: state ?? "active" } },
    { rows: (found) => found.rows, next: (found) => (found.next ? { after: found.next } : null) },
  );
  const empty = state ?? "active";
  return (
    <Section title={t("list")} description={t("listHint")}>
      <div className="mb-4">
        <FilterSelect
          label={t("show")}
          all={t("states.active")}
          value={state}
          options={STATES.map((value) => ({ value, label: t(`states.${value}`) }))}
          onChange={setState}
        />
      </div>
      {page.error && <ErrorState error={page.error} onRetry={page.refetch} className="mb-4" />}
      <GoldTable
        label={t("list")}
        projectId={projectId}
        rows={page.rows}
        loading={page.loading}
        empty={<EmptyState title={t(`empty.${empty}`)}>{t(`emptyHint.${empty}`)}</EmptyState>}
        onRetire={setLeaving}
        onLoadMore={page.onLoadMore}
        loadingMore={page.loadingMore}
      />
      <p className="mt-3 text-sm text-muted">{t("legend")}</p>
      {leaving && <RetireGold projectId={projectId} item={leaving} onClose={() => setLeaving(null)} />}
    </Section>
  );
}
