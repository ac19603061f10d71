"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { FilterSelect } from "@/app/(console)/console/parts/filter-select";
import { Reward } from "@/app/(console)/console/parts/reward";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { type Column, Table } from "@/app/components/table";
import { toast } from "@/app/components/toast";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { usePages } from "@/lib/client/console/use-pages";
import { listCampaigns } from "@/lib/contracts/campaigns";
import { acceptGoldCandidates, type GoldCandidate, listGoldCandidates } from "@/lib/contracts/gold";
import { PairExcerpt } from "./pair-excerpt";

const ANNOTATORS_MIN = ["4", "5", "6"] as const;
/** The service takes no more at once. */
const ACCEPTED_MAX = 200;

/** Pairs of high certainty, to be accepted many at a time. */
export function Candidates({ projectId }: { projectId: string }) {
  const t = useTranslations("console.gold.candidates");
  const [annotatorsMin, setAnnotatorsMin] = useFilter("annotators", ANNOTATORS_MIN);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const page = usePages(
    listGoldCandidates,
    { params: { projectId }, query: { annotatorsMin: annotatorsMin ?? "3" } },
    { rows: (found) => found.rows, next: (found) => (found.next ? { after: found.next } : null) },
  );
  const shown = page.rows.slice(0, ACCEPTED_MAX).map((row) => row.itemId);
  const toggle = (itemId: string) => {
    const next = new Set(chosen);
    if (!next.delete(itemId)) next.add(itemId);
    setChosen(next);
  };
  const picked = shown.filter((itemId) => chosen.has(itemId));
  return (
    <Section title={t("title")} description={t("description")}>
      <div className="mb-4 flex flex-wrap items-end gap-3">
        <FilterSelect
          label={t("annotatorsMin")}
          all={t("atLeast", { count: 3 })}
          value={annotatorsMin}
          options={ANNOTATORS_MIN.map((value) => ({ value, label: t("atLeast", { count: Number(value) }) }))}
          onChange={setAnnotatorsMin}
        />
        {shown.length > 0 && <Accept projectId={projectId} itemIds={picked} onDone={() => setChosen(new Set())} />}
      </div>
      {page.error && <ErrorState error={page.error} onRetry={page.refetch} className="mb-4" />}
      <Table<GoldCandidate>
        label={t("title")}
        rows={page.rows}
        rowKey={(row) => row.itemId}
        loading={page.loading}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        onLoadMore={page.onLoadMore}
        loadingMore={page.loadingMore}
        columns={useColumns({ shown, chosen, toggle, setAll: (on) => setChosen(new Set(on ? shown : [])) })}
      />
    </Section>
  );
}

interface Choice {
  shown: readonly string[];
  chosen: ReadonlySet<string>;
  toggle: (itemId: string) => void;
  setAll: (on: boolean) => void;
}

function useColumns({ shown, chosen, toggle, setAll }: Choice): Column<GoldCandidate>[] {
  const t = useTranslations("console.gold.candidates");
  const format = useFormatter();
  return [
    {
      key: "chosen",
      header: (
        <input
          type="checkbox"
          className="size-4 accent-accent"
          aria-label={t("all")}
          checked={shown.length > 0 && shown.every((itemId) => chosen.has(itemId))}
          onChange={(event) => setAll(event.target.checked)}
        />
      ),
      cell: (row) => (
        <input
          type="checkbox"
          className="size-4 accent-accent"
          aria-label={t("choose", { prompt: row.prompt.slice(0, 60) })}
          checked={chosen.has(row.itemId)}
          onChange={() => toggle(row.itemId)}
        />
      ),
    },
    { key: "pair", header: t("pair"), cell: (row) => <PairExcerpt pair={row} /> },
    { key: "campaign", header: t("campaign"), cell: (row) => row.campaign, className: "min-w-32" },
    { key: "annotators", header: t("annotators"), numeric: true, cell: (row) => format.number(row.annotators) },
    {
      key: "margin",
      header: t("rewardMargin"),
      numeric: true,
      cell: (row) => <Reward value={row.rewardMargin} signed />,
    },
  ];
}

/** Where they shall be served, and the button. */
function Accept({ projectId, itemIds, onDone }: { projectId: string; itemIds: string[]; onDone: () => void }) {
  const t = useTranslations("console.gold.candidates");
  const campaigns = useRead(listCampaigns, { params: { projectId } });
  const [campaignId, setCampaignId] = useState("");
  const accept = useAction(acceptGoldCandidates);
  const options = (campaigns.data?.rows ?? [])
    .filter(({ state }) => state !== "closed")
    .map(({ id, name }) => ({ value: id, label: name }));
  const run = () =>
    accept.mutate(
      { params: { projectId }, body: { itemIds, ...(campaignId ? { campaignId } : {}) } },
      {
        onSuccess: (made) => {
          toast({ title: t("accepted", { count: made?.itemIds.length ?? 0 }), tone: "done" });
          onDone();
        },
      },
    );
  return (
    <>
      <FilterSelect
        label={t("serveIn")}
        all={t("ownCampaign")}
        value={campaignId || undefined}
        options={options}
        onChange={setCampaignId}
      />
      <Button variant="primary" busy={accept.isPending} disabled={itemIds.length === 0} onClick={run}>
        {t("accept", { count: itemIds.length })}
      </Button>
      {accept.error && <ErrorState error={accept.error} className="w-full" />}
    </>
  );
}
