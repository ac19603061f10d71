"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { PageHeader } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Tabs } from "@/app/components/tabs";
import { useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { listProjects } from "@/lib/contracts/projects";
import { countReviews } from "@/lib/contracts/reviews";
import { FilterSelect } from "../parts/filter-select";
import { DisagreementsDesk } from "./disagreements-desk";
import { ReviewDesk } from "./review-desk";
import { TriageDesk } from "./triage-desk";

const TABS = ["review", "disagreements", "triage"] as const;
const POLL_MS = 60_000;

export function ReviewsView({ isLead }: { isLead: boolean }) {
  const t = useTranslations("console.reviews");
  const projects = useRead(listProjects);
  const [chosen, setProject] = useFilter("project");
  const projectId = chosen ?? projects.data?.rows[0]?.id;
  const options = (projects.data?.rows ?? []).map((project) => ({ value: project.id, label: project.name }));
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      {projects.error && <ErrorState error={projects.error} onRetry={() => projects.refetch()} />}
      {options.length > 1 && (
        <div className="mb-4">
          <FilterSelect
            label={t("project")}
            all={options[0]!.label}
            value={chosen}
            options={options.slice(1)}
            onChange={setProject}
          />
        </div>
      )}
      {projects.data && !projectId && <EmptyState title={t("noProject")}>{t("noProjectHint")}</EmptyState>}
      {projectId && <Desks key={projectId} projectId={projectId} isLead={isLead} />}
    </>
  );
}

/** Three kinds of second look, the open one in the address. */
function Desks({ projectId, isLead }: { projectId: string; isLead: boolean }) {
  const t = useTranslations("console.reviews");
  const [tab, setTab] = useFilter("tab", TABS);
  const counts = useRead(countReviews, { query: { projectId } }, { pollWhile: () => POLL_MS });
  const waiting = counts.data?.annotators.reduce((sum, { count }) => sum + count, 0);
  const label = (name: ReactNode, count: number | undefined) => (
    <>
      {name} {count !== undefined && <span className="text-muted tabular-nums">{count}</span>}
    </>
  );
  return (
    <Tabs
      label={t("tabs.label")}
      value={tab ?? "review"}
      onValueChange={(value) => setTab(value === "review" ? "" : value)}
      items={[
        {
          value: "review",
          label: label(t("tabs.review"), waiting),
          content: <ReviewDesk projectId={projectId} counts={counts.data} />,
        },
        {
          value: "disagreements",
          label: label(t("tabs.disagreements"), counts.data?.disagreements),
          content: <DisagreementsDesk projectId={projectId} />,
        },
        { value: "triage", label: t("tabs.triage"), content: <TriageDesk projectId={projectId} isLead={isLead} /> },
      ]}
    />
  );
}
