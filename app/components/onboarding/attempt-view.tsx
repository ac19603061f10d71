"use client";
import { Hourglass } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRead } from "@/lib/client/console/use-endpoint";
import { getOwnAttempt } from "@/lib/contracts/onboarding";
import { LinkButton } from "../button";
import { EmptyState, ErrorState, Skeleton } from "../states";
import { RunningTest } from "./running-test";
import { TestResult } from "./test-result";

const CHECK_MS = 30_000;

/** One attempt in whatever state it is. Looking again now and then brings an extension, or the grades. */
export function AttemptView({ projectId, attemptId }: { projectId: string; attemptId: string }) {
  const t = useTranslations("annotate.onboarding.waiting");
  const attempt = useRead(
    getOwnAttempt,
    { params: { attemptId } },
    { pollWhile: (data) => (data?.state === "running" || data?.state === "submitted" ? CHECK_MS : false) },
  );
  const again = () => void attempt.refetch();
  if (attempt.data?.state === "running") return <RunningTest attempt={attempt.data} onOver={again} />;
  if (attempt.data?.result) return <TestResult attempt={attempt.data} result={attempt.data.result} />;
  if (attempt.error) return <ErrorState error={attempt.error} onRetry={again} />;
  if (!attempt.data) return <Skeleton className="h-96" />;
  const isVoid = attempt.data.state === "void";
  return (
    <EmptyState
      icon={<Hourglass size={28} aria-hidden />}
      title={isVoid ? t("void") : t("title")}
      action={<LinkButton href={`/annotate/${projectId}/onboarding`}>{t("back")}</LinkButton>}
    >
      {isVoid ? t("voidText") : t("text")}
    </EmptyState>
  );
}
