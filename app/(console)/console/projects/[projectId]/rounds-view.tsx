"use client";
import { Play } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Button } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { listRounds, type RoundSummary, runRound } from "@/lib/contracts/rounds";
import { RoundDetail, StepDots } from "./round-detail";
import { ScheduleCard } from "./schedule-card";
import { StateBadge } from "./state-badge";

/** The newest round in full, the schedule beside it, earlier rounds below. */
export function RoundsView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.rounds");
  const rounds = useRead(
    listRounds,
    { params: { projectId } },
    { pollWhile: (data) => (data?.rounds.some((round) => round.state === "running") ? 1500 : 10_000) },
  );
  const run = useAction(runRound);
  const newest = rounds.data?.rounds[0];
  const running = newest?.state === "running";
  const start = (
    <Button
      variant="primary"
      busy={run.isPending}
      disabled={running}
      icon={<Play size={16} aria-hidden />}
      onClick={() => run.mutate({ params: { projectId } })}
    >
      {running ? t("running") : t("runNow")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={start} />
      {run.error && <ErrorState error={run.error} className="mb-4" />}
      {rounds.error && <ErrorState error={rounds.error} onRetry={() => rounds.refetch()} />}
      {rounds.isPending && <Skeleton className="h-64" />}
      <div className="flex flex-col gap-5">
        {newest && <RoundDetail projectId={projectId} roundId={newest.id} />}
        {rounds.data && !newest && <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        <ScheduleCard projectId={projectId} />
        {rounds.data && rounds.data.rounds.length > 1 && (
          <EarlierRounds projectId={projectId} rounds={rounds.data.rounds.slice(1)} />
        )}
      </div>
    </>
  );
}

function EarlierRounds({ projectId, rounds }: { projectId: string; rounds: RoundSummary[] }) {
  const t = useTranslations("console.rounds");
  const format = useFormatter();
  return (
    <Section title={t("earlier")}>
      <Table
        label={t("earlier")}
        rows={rounds}
        rowKey={(round) => round.id}
        columns={[
          {
            key: "number",
            header: t("round"),
            cell: (round) => (
              <Link className="text-accent underline" href={`/console/projects/${projectId}/rounds/${round.id}`}>
                {t("roundNumber", { number: round.number })}
              </Link>
            ),
          },
          { key: "state", header: t("state"), cell: (round) => <StateBadge state={round.state} /> },
          { key: "steps", header: t("steps"), cell: (round) => <StepDots steps={round.steps} /> },
          {
            key: "started",
            header: t("started"),
            cell: (round) => format.dateTime(new Date(round.createdAt), { dateStyle: "medium", timeStyle: "short" }),
          },
        ]}
      />
    </Section>
  );
}
