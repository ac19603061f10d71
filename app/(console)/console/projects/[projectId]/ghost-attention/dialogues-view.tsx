"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { PageHeader } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useFilter } from "@/lib/client/console/use-filter";
import { usePages } from "@/lib/client/console/use-pages";
import { type GhostAttentionDialogue, listGhostAttentionDialogues } from "@/lib/contracts/ghost-attention";
import { RoundFilter } from "../rejection-sampling/round-filter";
import { DialogueState } from "./dialogue-state";

/** Of all verdicts on answers, the share that kept the instruction; "not applicable" does not count. */
function keptOf(dialogue: GhostAttentionDialogue): { kept: number; n: number } {
  const verdicts = dialogue.reviews.flat().filter((verdict) => verdict !== "not_applicable");
  return { kept: verdicts.filter((verdict) => verdict === "kept").length, n: verdicts.length };
}

export function DialoguesView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.ghostAttention");
  const [roundId, setRoundId] = useFilter("roundId");
  const dialogues = usePages(
    listGhostAttentionDialogues,
    { params: { projectId }, query: { roundId, limit: 50 } },
    {
      rows: (page) => page.rows,
      next: (page) => (page.next ? { after: page.next } : null),
    },
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <div className="mb-4">
        <RoundFilter projectId={projectId} value={roundId} onChange={setRoundId} />
      </div>
      {dialogues.error ? (
        <ErrorState error={dialogues.error} onRetry={dialogues.refetch} />
      ) : (
        <Table
          label={t("title")}
          rows={dialogues.rows}
          rowKey={(dialogue) => dialogue.id}
          loading={dialogues.loading}
          onLoadMore={dialogues.onLoadMore}
          loadingMore={dialogues.loadingMore}
          empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
          columns={[
            {
              key: "instruction",
              header: t("instruction"),
              className: "min-w-56",
              cell: (dialogue) => (
                <Link
                  href={`/console/projects/${projectId}/ghost-attention/${dialogue.id}`}
                  className="line-clamp-2 text-accent underline"
                >
                  {dialogue.instruction}
                </Link>
              ),
            },
            { key: "round", header: t("round"), numeric: true, cell: (dialogue) => dialogue.roundNumber },
            {
              key: "turns",
              header: t("turns"),
              numeric: true,
              cell: (dialogue) => dialogue.messages.filter((message) => message.role === "assistant").length,
            },
            { key: "policy", header: t("policy"), cell: (dialogue) => dialogue.policyName },
            { key: "state", header: t("state"), cell: (dialogue) => <DialogueState dialogue={dialogue} /> },
            {
              key: "kept",
              header: t("kept"),
              numeric: true,
              cell: (dialogue) => {
                const { kept, n } = keptOf(dialogue);
                return n === 0 ? "–" : t("keptOf", { kept, n });
              },
            },
          ]}
        />
      )}
    </>
  );
}
