"use client";
import { useQuery } from "@tanstack/react-query";
import { ChartNoAxesColumn, History, Inbox, Play } from "lucide-react";
import { useTranslations } from "next-intl";
import type { z } from "zod";
import { annotateKeys } from "@/lib/client/annotate/keys";
import { callFor } from "@/lib/client/call";
import type { ProblemError } from "@/lib/client/problem";
import { type Campaign, listCampaigns } from "@/lib/contracts/campaigns";
import { listProjects, type projectSummarySchema } from "@/lib/contracts/projects";
import { Badge } from "../badge";
import { LinkButton } from "../button";
import { PageHeader, Section } from "../card";
import { OnboardingNotice } from "../onboarding/notice";
import { EmptyState, ErrorState, ProgressBar, Skeleton } from "../states";
import { UnreadNotes } from "./unread-notes";

/** Where there is work, and how much. */
export function ProjectChooser() {
  const t = useTranslations("annotate.chooser");
  const query = useQuery({ queryKey: annotateKeys.projects, queryFn: () => callFor(listProjects) });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      {query.isPending && <Skeleton className="h-48" />}
      {query.isError && <ErrorState error={query.error as ProblemError} onRetry={() => query.refetch()} />}
      {query.data?.rows.length === 0 && (
        <EmptyState icon={<Inbox size={28} aria-hidden />} title={t("none")}>
          {t("noneHelp")}
        </EmptyState>
      )}
      <div className="flex flex-col gap-4">
        {query.data?.rows.map((project) => (
          <ProjectCard key={project.id} project={project} />
        ))}
      </div>
    </>
  );
}

function ProjectCard({ project }: { project: z.infer<typeof projectSummarySchema> }) {
  const t = useTranslations("annotate.chooser");
  const projectId = project.id;
  const campaigns = useQuery({
    queryKey: annotateKeys.campaigns(projectId),
    queryFn: () => callFor(listCampaigns, { params: { projectId } }),
  });
  return (
    <Section
      title={project.name}
      description={project.description}
      actions={
        <>
          <UnreadNotes projectId={projectId} />
          <LinkButton href={`/annotate/${projectId}/history`} variant="ghost" icon={<History size={16} aria-hidden />}>
            {t("history")}
          </LinkButton>
          <LinkButton
            href={`/annotate/${projectId}/my-statistics`}
            variant="ghost"
            icon={<ChartNoAxesColumn size={16} aria-hidden />}
          >
            {t("statistics")}
          </LinkButton>
          <LinkButton href={`/annotate/${projectId}`} variant="primary" icon={<Play size={15} aria-hidden />}>
            {t("startAll")}
          </LinkButton>
        </>
      }
    >
      <OnboardingNotice projectId={projectId} />
      <p className="mb-3 text-sm text-muted tabular-nums">
        {t("counts", { open: project.openItems, comparisons: project.comparisons })}
      </p>
      {campaigns.isPending && <Skeleton className="h-16" />}
      {campaigns.isError && <ErrorState error={campaigns.error as ProblemError} onRetry={() => campaigns.refetch()} />}
      {campaigns.data?.rows.length === 0 && <p className="text-muted">{t("noCampaigns")}</p>}
      <ul className="flex flex-col divide-y divide-line">
        {campaigns.data?.rows.map((campaign) => (
          <CampaignRow key={campaign.id} campaign={campaign} />
        ))}
      </ul>
    </Section>
  );
}

function CampaignRow({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("annotate.chooser");
  const { items, itemsDone } = campaign;
  const isOpen = campaign.state === "open" && itemsDone < items;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-48 flex-1">
        <p className="font-medium">{campaign.name}</p>
        <p className="mt-1 flex flex-wrap gap-1.5">
          <Badge>{t(`kind.${campaign.kind}`)}</Badge>
          <Badge>{t(`task.${campaign.task}`)}</Badge>
          {campaign.state !== "open" && <Badge tone="warn">{t(`state.${campaign.state}`)}</Badge>}
        </p>
      </div>
      <div className="w-44">
        <p className="text-sm text-muted tabular-nums">{t("done", { done: itemsDone, total: items })}</p>
        <ProgressBar
          className="mt-1"
          fraction={items === 0 ? 0 : itemsDone / items}
          label={t("progressOf", { name: campaign.name })}
        />
      </div>
      <div className="flex min-w-24 justify-end">
        {isOpen ? (
          <LinkButton
            size="sm"
            href={`/annotate/${campaign.projectId}?campaign=${campaign.id}`}
            aria-label={t("startNamed", { name: campaign.name })}
          >
            {t("start")}
          </LinkButton>
        ) : (
          campaign.state === "open" &&
          (items === 0 ? <Badge>{t("empty")}</Badge> : <Badge tone="done">{t("finished")}</Badge>)
        )}
      </div>
    </li>
  );
}
