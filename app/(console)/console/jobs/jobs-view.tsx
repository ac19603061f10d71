"use client";
import { useTranslations } from "next-intl";
import { Badge, type Tone } from "@/app/components/badge";
import { PageHeader } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { JOB_STATES, type Job, listJobs } from "@/lib/contracts/jobs";
import { FilterSelect } from "../parts/filter-select";
import { When } from "../parts/when";

const TONES: Record<Job["state"], Tone> = {
  created: "neutral",
  retry: "warn",
  active: "accent",
  completed: "done",
  cancelled: "warn",
  failed: "danger",
};

export function JobsView() {
  const t = useTranslations("console.jobs");
  const [state, setState] = useFilter("state", JOB_STATES);
  const jobs = useRead(listJobs, { query: { state, limit: 100 } }, { pollWhile: () => 3000 });
  const options = JOB_STATES.map((value) => ({
    value,
    label: t("count", { state: t(`states.${value}`), count: jobs.data?.counts[value] ?? 0 }),
  }));
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      {jobs.data && !jobs.data.worker.alive && (
        <ErrorState className="mb-4" title={t("noWorker")} error={{ message: t("noWorkerHint") }} />
      )}
      {jobs.error && <ErrorState className="mb-4" error={jobs.error} onRetry={() => jobs.refetch()} />}
      <div className="mb-4">
        <FilterSelect label={t("state")} all={t("all")} value={state} options={options} onChange={setState} />
      </div>
      <Table
        label={t("title")}
        rows={jobs.data?.jobs ?? []}
        rowKey={(job) => job.id}
        loading={jobs.isPending}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "name", header: t("name"), cell: (job) => <code>{job.name}</code> },
          {
            key: "state",
            header: t("state"),
            cell: (job) => <Badge tone={TONES[job.state]}>{t(`states.${job.state}`)}</Badge>,
          },
          { key: "retries", header: t("retries"), numeric: true, cell: (job) => job.retryCount },
          { key: "created", header: t("created"), cell: (job) => <When at={job.createdAt} /> },
          { key: "finished", header: t("finished"), cell: (job) => <When at={job.finishedAt} /> },
          { key: "error", header: t("error"), cell: (job) => job.error ?? "", className: "min-w-48 break-words" },
        ]}
      />
    </>
  );
}
