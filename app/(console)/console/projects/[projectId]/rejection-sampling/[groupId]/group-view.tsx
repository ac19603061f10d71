"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Dialogue } from "@/app/(console)/console/parts/dialogue";
import { Reward } from "@/app/(console)/console/parts/reward";
import { Badge } from "@/app/components/badge";
import { PageHeader, Section } from "@/app/components/card";
import { cn } from "@/app/components/cn";
import { Markdown } from "@/app/components/markdown";
import { ErrorState, Skeleton } from "@/app/components/states";
import { useRead } from "@/lib/client/console/use-endpoint";
import { getRejectionSamplingGroup, type RejectionSamplingGroup } from "@/lib/contracts/rejection-sampling";
import { RewardCurve } from "../reward-curve";

type Candidate = RejectionSamplingGroup["candidateList"][number];

export function GroupView({ projectId, groupId }: { projectId: string; groupId: string }) {
  const t = useTranslations("console.rejectionSampling");
  const group = useRead(getRejectionSamplingGroup, { params: { groupId } });
  if (group.error) return <ErrorState error={group.error} onRetry={() => group.refetch()} />;
  if (!group.data) return <Skeleton className="h-96" />;
  const sorted = [...group.data.candidateList].sort(
    (a, b) =>
      (b.combinedReward ?? -1) - (a.combinedReward ?? -1) ||
      Number(b.isBest) - Number(a.isBest) ||
      a.position - b.position,
  );
  return (
    <>
      <PageHeader
        title={t("groupTitle", { round: group.data.roundNumber, task: t(`tasks.${group.data.task}`) })}
        description={group.data.safetyTagged ? t("safetyTagged") : undefined}
        actions={
          <Link className="text-accent underline" href={`/console/projects/${projectId}/rejection-sampling`}>
            {t("allGroups")}
          </Link>
        }
      />
      <div className="grid gap-5 xl:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <Section title={t("prompt")}>
            <Dialogue messages={group.data.messages} />
          </Section>
          <Section title={t("gain")}>
            <RewardCurve groups={[group.data.rewards]} />
          </Section>
        </div>
        <Section title={t("candidatesTitle", { count: sorted.length })} description={t("candidatesHint")}>
          <ol className="flex flex-col gap-4">
            {sorted.map((candidate) => (
              <li key={candidate.id}>
                <CandidateCard candidate={candidate} />
              </li>
            ))}
          </ol>
        </Section>
      </div>
    </>
  );
}

function CandidateCard({ candidate }: { candidate: Candidate }) {
  const t = useTranslations("console.rejectionSampling");
  const sampling = Object.entries(candidate.sampling)
    .filter(([, value]) => typeof value !== "object")
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(" · ");
  return (
    <article
      className={cn(
        "rounded-md border border-line p-3",
        candidate.isBest && "border-2 border-accent",
        candidate.isRival && "border-2 border-side-b",
      )}
    >
      <header className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
        {candidate.isBest && <Badge tone="accent">{t("pick")}</Badge>}
        {candidate.isRival && <Badge tone="warn">{t("rival")}</Badge>}
        <span>
          {t("combined")}{" "}
          <strong>
            <Reward value={candidate.combinedReward} />
          </strong>
        </span>
        <span className="text-muted">
          {t("helpfulness")} <Reward value={candidate.helpfulnessReward} signed />
        </span>
        <span className="text-muted">
          {t("safety")} <Reward value={candidate.safetyReward} signed />
        </span>
      </header>
      <Markdown text={candidate.content} />
      <p className="mt-2 text-xs break-words text-muted">
        {t("madeBy", { policy: candidate.policyName, variant: candidate.variantName, round: candidate.sampledInRound })}
        {sampling && ` · ${sampling}`}
      </p>
    </article>
  );
}
