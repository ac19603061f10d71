"use client";
import { useQuery } from "@tanstack/react-query";
import { Coffee, GraduationCap, Inbox, Languages, Leaf, PauseCircle, ShieldOff, Sunset } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { annotateKeys } from "@/lib/client/annotate/keys";
import { useKeys } from "@/lib/client/annotate/preferences";
import type { useLeases } from "@/lib/client/annotate/use-leases";
import { callFor } from "@/lib/client/call";
import type { ProblemError } from "@/lib/client/problem";
import { explainNoItem, type NoItemReason } from "@/lib/contracts/assignments";
import { Button, LinkButton } from "../button";
import { EmptyState, ErrorState } from "../states";
import { WorkSkeleton } from "./work-skeleton";

const ICONS: Record<NoItemReason, ReactNode> = {
  nothing: <Inbox size={28} aria-hidden />,
  paused: <PauseCircle size={28} aria-hidden />,
  not_certified: <GraduationCap size={28} aria-hidden />,
  daily_limit: <Sunset size={28} aria-hidden />,
  exposure_limit: <Leaf size={28} aria-hidden />,
  cool_down: <Coffee size={28} aria-hidden />,
  language: <Languages size={28} aria-hidden />,
  excluded: <ShieldOff size={28} aria-hidden />,
};

interface Props {
  query: ReturnType<typeof useLeases>["current"];
  projectId: string;
  campaignId: string | null;
  onUndo: () => void;
}

/** No item: loading, an error, or the reason why there is none, said calmly. */
export function NoWork(props: Props) {
  const t = useTranslations("annotate.none");
  const { query } = props;
  if (query.isPending) return <WorkSkeleton />;
  if (query.isError)
    return (
      <div className="mx-auto w-full max-w-xl p-6">
        <ErrorState
          title={t("failed")}
          error={query.error as ProblemError}
          kept={t("kept")}
          onRetry={() => query.refetch()}
        />
      </div>
    );
  return <Reason {...props} />;
}

/** Asks once for each empty answer of the queue. */
function Reason({ query, projectId, campaignId, onUndo }: Props) {
  const t = useTranslations("annotate.none");
  const undoKey = useKeys().undo;
  const until = useInstant();
  const answer = useQuery({
    queryKey: [...annotateKeys.noItem(projectId, campaignId), query.dataUpdatedAt],
    queryFn: () => callFor(explainNoItem, { query: { projectId, campaignId: campaignId ?? undefined } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (answer.isPending) return <WorkSkeleton />;
  // Without an answer the plain words still hold.
  const reason = answer.data?.reason ?? "nothing";
  const ends = answer.data?.until ? until(answer.data.until) : null;
  return (
    <EmptyState
      icon={ICONS[reason]}
      title={t(`reason.${reason}.title`)}
      action={
        <div className="flex flex-wrap justify-center gap-2">
          {reason === "not_certified" && (
            <LinkButton variant="primary" href={`/annotate/${projectId}/onboarding`}>
              {t("onboarding")}
            </LinkButton>
          )}
          {reason === "paused" && (
            <LinkButton variant="primary" href={`/annotate/${projectId}/notes`}>
              {t("notes")}
            </LinkButton>
          )}
          <Button
            variant={reason === "not_certified" || reason === "paused" ? "secondary" : "primary"}
            busy={query.isFetching}
            onClick={() => query.refetch()}
          >
            {t("look")}
          </Button>
          <LinkButton href="/annotate">{t("projects")}</LinkButton>
          <LinkButton href={`/annotate/${projectId}/history`}>{t("history")}</LinkButton>
          <Button shortcut={undoKey} onClick={onUndo}>
            {t("undo")}
          </Button>
        </div>
      }
    >
      <p>{t(`reason.${reason}.body`)}</p>
      {ends && <p className="mt-2 font-medium text-ink tabular-nums">{t("until", { time: ends })}</p>}
    </EmptyState>
  );
}

/** A near moment in the person's own time zone, with its day where that is not today. */
function useInstant() {
  const format = useFormatter();
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return (instant: string) => {
    const at = new Date(instant);
    const isToday = at.toDateString() === new Date().toDateString();
    const day = isToday ? {} : ({ month: "long", day: "numeric" } as const);
    return format.dateTime(at, { ...day, hour: "numeric", minute: "2-digit", timeZone });
  };
}
