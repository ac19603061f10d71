"use client";
import { RotateCcw, Square } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { cn } from "@/app/components/cn";
import { Confirm } from "@/app/components/confirm";
import { ErrorState, ProgressBar, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import {
  cancelRound,
  getRound,
  listRoundLogs,
  type Round,
  type RoundStep,
  retryRoundStep,
} from "@/lib/contracts/rounds";
import { StateBadge } from "./state-badge";

const DOTS: Record<RoundStep["state"], string> = {
  waiting: "border-line-strong",
  running: "border-accent bg-accent-soft",
  done: "border-done bg-done",
  failed: "border-danger bg-danger",
  cancelled: "border-warn bg-warn",
};

/** The six steps as dots; each says its name and state to screen readers. */
export function StepDots({ steps }: { steps: RoundStep[] }) {
  const t = useTranslations("console");
  return (
    <ol className="flex items-center gap-1.5">
      {steps.map((step) => (
        <li key={step.name} title={`${t(`rounds.step.${step.name}`)}: ${t(`states.${step.state}`)}`}>
          <span className={cn("block size-3 rounded-full border-2", DOTS[step.state])} />
          <span className="sr-only">{`${t(`rounds.step.${step.name}`)}: ${t(`states.${step.state}`)}`}</span>
        </li>
      ))}
    </ol>
  );
}

export function RoundDetail({ projectId, roundId }: { projectId: string; roundId: string }) {
  const t = useTranslations("console.rounds");
  const round = useRead(
    getRound,
    { params: { roundId } },
    { pollWhile: (data) => (data?.state === "running" ? 1000 : false) },
  );
  const cancel = useAction(cancelRound);
  const [asking, setAsking] = useState(false);
  if (round.error) return <ErrorState error={round.error} onRetry={() => round.refetch()} />;
  if (!round.data) return <Skeleton className="h-80" />;
  const { number, state, steps } = round.data;
  const stop = state === "running" && (
    <Button size="sm" icon={<Square size={14} aria-hidden />} onClick={() => setAsking(true)}>
      {t("cancel")}
    </Button>
  );
  return (
    <Section
      title={
        <span className="flex items-center gap-3">
          {t("roundNumber", { number })} <StateBadge state={state} />
        </span>
      }
      actions={stop}
    >
      {asking && (
        <Confirm
          title={t("cancelTitle", { number })}
          description={t("cancelHint")}
          action={t("cancel")}
          busy={cancel.isPending}
          error={cancel.error}
          onConfirm={() => cancel.mutate({ params: { roundId } }, { onSuccess: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        />
      )}
      <ol className="divide-y divide-line">
        {steps.map((step) => (
          <Step key={step.name} roundId={roundId} step={step} />
        ))}
      </ol>
      <Products projectId={projectId} round={round.data} />
      <LogTail roundId={roundId} running={state === "running"} />
    </Section>
  );
}

function Step({ roundId, step }: { roundId: string; step: RoundStep }) {
  const t = useTranslations("console.rounds");
  const format = useFormatter();
  const retry = useAction(retryRoundStep);
  const took = step.startedAt
    ? (new Date(step.finishedAt ?? Date.now()).getTime() - new Date(step.startedAt).getTime()) / 1000
    : null;
  return (
    <li className="grid gap-x-4 gap-y-1 py-3 sm:grid-cols-[8rem_7rem_minmax(0,1fr)_5rem] sm:items-center">
      <span className="font-medium">{t(`step.${step.name}`)}</span>
      <span>
        <StateBadge state={step.state} />
      </span>
      <div className="min-w-0">
        <p className="break-words text-muted">{step.message || t(`stepHint.${step.name}`)}</p>
        {step.state === "running" && (
          <ProgressBar className="mt-1.5" fraction={step.progress} label={t(`step.${step.name}`)} />
        )}
        {step.state === "failed" && (
          <ErrorState
            className="mt-2"
            title={t("stepFailed")}
            error={step.error ? { message: step.error } : null}
            kept={t("stepKept")}
          />
        )}
        {step.state === "failed" && (
          <Button
            size="sm"
            className="mt-2"
            busy={retry.isPending}
            icon={<RotateCcw size={14} aria-hidden />}
            onClick={() => retry.mutate({ params: { roundId, step: step.name } })}
          >
            {t("retry")}
          </Button>
        )}
        {retry.error && <ErrorState className="mt-2" error={retry.error} />}
      </div>
      <span className="text-sm text-muted tabular-nums sm:text-right">
        {took !== null && t("took", { seconds: format.number(took, { maximumFractionDigits: took < 10 ? 1 : 0 }) })}
      </span>
    </li>
  );
}

/** Links to what the round has made so far. */
function Products({ projectId, round }: { projectId: string; round: Round }) {
  const t = useTranslations("console.rounds.made");
  const base = `/console/projects/${projectId}`;
  const links = [
    round.snapshotId && { href: `${base}/data`, label: t("snapshot") },
    ...round.trainingRunIds.map((id, index) => ({
      href: `${base}/training-runs/${id}`,
      label: t("trainingRun", { number: index + 1 }),
    })),
    round.trainingRunIds.length > 0 && { href: `${base}/reward-models`, label: t("rewardModels") },
    round.campaignIds.length > 0 && {
      href: `${base}/rejection-sampling?roundId=${round.id}`,
      label: t("rejectionSampling"),
    },
    round.campaignIds.length > 0 && { href: `${base}/ghost-attention?roundId=${round.id}`, label: t("ghostAttention") },
    round.campaignIds.length > 0 && {
      href: `${base}/campaigns`,
      label: t("campaigns", { count: round.campaignIds.length }),
    },
  ].filter((link) => typeof link === "object" && link !== null);
  if (links.length === 0) return null;
  return (
    <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line pt-3">
      <span className="text-sm text-muted">{t("title")}</span>
      {links.map((link) => (
        <Link key={`${link.href}${link.label}`} href={link.href} className="text-accent underline">
          {link.label}
        </Link>
      ))}
      {round.sftDataset && (
        <span className="text-sm">{t("sft", { rows: round.sftDataset.rows, path: round.sftDataset.path })}</span>
      )}
    </div>
  );
}

function LogTail({ roundId, running }: { roundId: string; running: boolean }) {
  const t = useTranslations("console.rounds");
  const format = useFormatter();
  const logs = useRead(
    listRoundLogs,
    { params: { roundId }, query: { limit: 200 } },
    { pollWhile: () => (running ? 2000 : false) },
  );
  return (
    <details className="mt-3 border-t border-line pt-3">
      <summary className="text-sm text-muted">{t("log", { count: logs.data?.logs.length ?? 0 })}</summary>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label={t("logLabel")}
        className="mt-2 max-h-72 overflow-auto rounded-md bg-sunken p-3 font-mono text-sm"
      >
        {logs.data?.logs.map((line) => (
          <p key={line.id} className={cn("whitespace-pre-wrap", line.level === "error" && "text-danger")}>
            <span className="text-muted">
              {format.dateTime(new Date(line.createdAt), { timeStyle: "medium" })} {line.step}
            </span>{" "}
            {line.message}
          </p>
        ))}
      </section>
    </details>
  );
}
