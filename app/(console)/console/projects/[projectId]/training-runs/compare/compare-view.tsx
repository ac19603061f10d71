"use client";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { LinkButton } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { Checkbox } from "@/app/components/field";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { type ComparedRun, configDifferences, runName, useComparedRuns } from "@/lib/client/console/use-compared-runs";
import { Accuracy } from "../../reward-models/accuracy";
import { StateBadge } from "../../state-badge";
import { MetricCharts, SERIES_MAX, SERIES_STYLES } from "../[runId]/metric-charts";

const ID = /^[0-9a-f-]{36}$/;

/** Which runs stands in the address: ?runs=<id>,<id>. */
export function CompareView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.compareRuns");
  const asked = (useSearchParams().get("runs") ?? "").split(",").filter((id) => ID.test(id));
  const ids = [...new Set(asked)].slice(0, SERIES_MAX);
  const { compared, series, error, loading } = useComparedRuns(projectId, ids);
  const base = `/console/projects/${projectId}`;
  const back = <LinkButton href={`${base}/training-runs`}>{t("back")}</LinkButton>;
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={back} />
      {error && <ErrorState error={error} />}
      {ids.length < 2 && <EmptyState title={t("few")}>{t("fewHint", { max: SERIES_MAX })}</EmptyState>}
      {ids.length >= 2 && loading && <Skeleton className="h-96" />}
      {compared.length >= 2 && (
        <div className="flex flex-col gap-5">
          <Legend projectId={projectId} compared={compared} />
          <Section title={t("curves")} description={t("curvesHint")}>
            <MetricCharts series={series} />
          </Section>
          <HeldOut compared={compared} />
          <div className="grid gap-5 xl:grid-cols-2">
            <Config compared={compared} />
            <DataSets compared={compared} base={base} />
          </div>
        </div>
      )}
    </>
  );
}

function Legend({ projectId, compared }: { projectId: string; compared: ComparedRun[] }) {
  const t = useTranslations("console.training");
  return (
    <ul className="flex flex-wrap gap-x-6 gap-y-2">
      {compared.map(({ run }, index) => (
        <li key={run.id} className="flex items-center gap-2">
          <svg width="32" height="8" aria-hidden="true">
            <line x1="0" y1="4" x2="32" y2="4" strokeWidth="2" {...SERIES_STYLES[index % SERIES_MAX]} />
          </svg>
          <Link className="text-accent underline" href={`/console/projects/${projectId}/training-runs/${run.id}`}>
            {runName(run)}
          </Link>
          <StateBadge state={run.state} />
          <span className="text-sm text-muted">{run.roundId ? t("fromRound") : t("byHand")}</span>
        </li>
      ))}
    </ul>
  );
}

/** Accuracy by strength; two runs are only comparable on the same held-out pairs, so the snapshot stands with them. */
function HeldOut({ compared }: { compared: ComparedRun[] }) {
  const t = useTranslations("console.compareRuns");
  const cells = useTranslations("console.rewardModels.cells");
  const measured = compared.filter(({ evaluation }) => evaluation !== undefined);
  if (measured.length === 0)
    return (
      <Section title={t("heldout")}>
        <EmptyState title={t("notMeasured")}>{t("notMeasuredHint")}</EmptyState>
      </Section>
    );
  const keys = ["significantly_better", "better", "slightly_better", "negligibly_better", "all"] as const;
  const snapshots = new Set(measured.map(({ evaluation }) => evaluation?.snapshotId));
  return (
    <Section title={t("heldout")} description={snapshots.size > 1 ? t("otherPairs") : t("samePairs")}>
      <Table
        label={t("heldout")}
        rows={[...keys]}
        rowKey={(key) => key}
        columns={[
          { key: "strength", header: t("strength"), cell: (key) => cells(key) },
          ...compared.map(({ run, evaluation }) => ({
            key: run.id,
            header: runName(run),
            numeric: true,
            cell: (key: (typeof keys)[number]) => (
              <Accuracy
                cell={
                  key === "all"
                    ? evaluation?.report.overall
                    : evaluation?.report.byStrength.find((cell) => cell.key === key)
                }
              />
            ),
          })),
        ]}
      />
    </Section>
  );
}

function Config({ compared }: { compared: ComparedRun[] }) {
  const t = useTranslations("console.compareRuns");
  const [all, setAll] = useState(false);
  const rows = configDifferences(
    compared.map(({ run }) => ({ ...run.config, baseModel: run.baseModel, engineUsed: run.engine })),
  );
  const shown = all ? rows : rows.filter(({ differs }) => differs);
  return (
    <Section
      title={t("config")}
      actions={<Checkbox label={t("showAll")} checked={all} onChange={(event) => setAll(event.target.checked)} />}
    >
      <Table
        label={t("config")}
        rows={shown}
        rowKey={({ key }) => key}
        empty={<p className="text-muted">{t("sameConfig")}</p>}
        columns={[
          {
            key: "name",
            header: t("setting"),
            cell: ({ key, differs }) => <code className={differs ? "font-semibold" : "text-muted"}>{key}</code>,
          },
          ...compared.map(({ run }, index) => ({
            key: run.id,
            header: runName(run),
            cell: ({ values }: (typeof rows)[number]) => <code className="break-all">{values[index]}</code>,
          })),
        ]}
      />
    </Section>
  );
}

function DataSets({ compared, base }: { compared: ComparedRun[]; base: string }) {
  const t = useTranslations("console.compareRuns");
  const format = useFormatter();
  return (
    <Section title={t("data")}>
      <Table
        label={t("data")}
        rows={compared}
        rowKey={({ run }) => run.id}
        columns={[
          { key: "run", header: t("run"), cell: ({ run }) => runName(run) },
          {
            key: "snapshot",
            header: t("snapshot"),
            cell: ({ run, snapshot }) => (
              <Link className="text-accent underline" href={`${base}/data?snapshot=${run.snapshotId}`}>
                {snapshot?.name ?? run.snapshotId.slice(0, 8)}
              </Link>
            ),
          },
          {
            key: "train",
            header: t("trainRows"),
            numeric: true,
            cell: ({ snapshot }) => (snapshot ? format.number(snapshot.manifest.files.train.rows) : "–"),
          },
          {
            key: "heldout",
            header: t("heldoutRows"),
            numeric: true,
            cell: ({ snapshot }) => (snapshot ? format.number(snapshot.manifest.files.heldout.rows) : "–"),
          },
          {
            key: "digest",
            header: t("digest"),
            cell: ({ snapshot }) => <code className="text-sm">{snapshot?.manifestSha256.slice(0, 12) ?? "–"}</code>,
          },
        ]}
      />
    </Section>
  );
}
