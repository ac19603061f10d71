"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { toast } from "@/app/components/toast";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { type BreaksRound, getBreaks, scoreBreaks } from "@/lib/contracts/red-team";
import { SharePercent } from "../quality/figures";

const POLL_MS = 3000;

/** Which share of each round's findings the newest models would now reject. */
export function BreaksSection({ projectId }: { projectId: string }) {
  const t = useTranslations("console.redTeam.breaks");
  const format = useFormatter();
  const breaks = useRead(
    getBreaks,
    { params: { projectId } },
    { pollWhile: (data) => (data?.scoring ? POLL_MS : false) },
  );
  const score = useAction(scoreBreaks);
  const rows = breaks.data?.rounds ?? [];
  const unscored = rows.reduce((sum, row) => sum + row.unscored, 0);
  const canScore = breaks.data !== undefined && breaks.data.rewardModelId !== null && unscored > 0;
  const isScoring = score.isPending || breaks.data?.scoring === true;
  const start = () =>
    score.mutate(
      { params: { projectId } },
      { onSuccess: (answer) => toast({ title: t("queued", { count: answer?.queued ?? 0 }) }) },
    );
  return (
    <Section
      title={t("title")}
      description={t("description")}
      actions={
        canScore && (
          <Button size="sm" busy={isScoring} onClick={start}>
            {isScoring ? t("scoring") : t("score")}
          </Button>
        )
      }
    >
      {breaks.error && <ErrorState error={breaks.error} onRetry={() => breaks.refetch()} />}
      {score.error && <ErrorState error={score.error} className="mb-3" />}
      <Table<BreaksRound>
        label={t("title")}
        rows={rows}
        rowKey={(row) => String(row.round)}
        loading={breaks.isPending}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          {
            key: "round",
            header: t("round"),
            cell: ({ round }) => (round === null ? t("sinceLast") : t("roundName", { round })),
          },
          { key: "breaks", header: t("breaks"), numeric: true, cell: (row) => format.number(row.breaks) },
          { key: "model", header: t("byModel"), cell: (row) => <Counted share={row.rejectedByModel} /> },
          { key: "unscored", header: t("unscored"), numeric: true, cell: (row) => format.number(row.unscored) },
          { key: "policy", header: t("byPolicy"), cell: (row) => <Counted share={row.answeredSafely} /> },
        ]}
      />
      {rows.length > 0 && (
        <p className="mt-3 text-sm text-muted">
          {t("legend")} {breaks.data?.rewardModelId === null && t("noModel")}
        </p>
      )}
    </Section>
  );
}

function Counted({ share }: { share: BreaksRound["rejectedByModel"] }) {
  return (
    <>
      <SharePercent share={share} />
      {share && <span className="ml-2 text-sm text-muted tabular-nums">n = {share.n}</span>}
    </>
  );
}
