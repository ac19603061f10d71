"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback, useState } from "react";
import type { z } from "zod";
import { Section } from "@/app/components/card";
import { cn } from "@/app/components/cn";
import { PlotFigure } from "@/app/components/plot-figure";
import { Stat } from "@/app/components/stat";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useRead } from "@/lib/client/console/use-endpoint";
import { getRedTeamCoverage, type RedTeamCell } from "@/lib/contracts/red-team";
import { ATTACK_VECTORS, RISK_CATEGORIES, SEVERITIES } from "@/lib/domain/red-team";
import { TargetDialog } from "./target-dialog";

type Plot = typeof import("@observablehq/plot");
type Coverage = z.infer<NonNullable<typeof getRedTeamCoverage.response>>;

export function CoverageSection({ projectId, campaignId }: { projectId: string; campaignId: string | undefined }) {
  const t = useTranslations("console.redTeam.coverage");
  const coverage = useRead(getRedTeamCoverage, { params: { projectId }, query: { campaignId } });
  const [edited, setEdited] = useState<RedTeamCell | null>(null);
  const { data } = coverage;
  return (
    <Section title={t("title")} description={t("description")}>
      {coverage.error ? (
        <ErrorState error={coverage.error} onRetry={() => coverage.refetch()} />
      ) : !data ? (
        <Skeleton className="h-64" />
      ) : (
        <div className="flex flex-col gap-6">
          <Totals data={data} />
          {data.judgements === 0 && <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
          <CoverageMap cells={data.cells} onEdit={setEdited} />
          <p className="text-sm text-muted">
            {t("legend")}{" "}
            {data.elsewhere.judgements > 0 &&
              t("elsewhere", { judgements: data.elsewhere.judgements, violations: data.elsewhere.violations })}
          </p>
          {data.severities.some((n) => n > 0) && <Severities counts={data.severities} />}
        </div>
      )}
      {edited && <TargetDialog projectId={projectId} cell={edited} onClose={() => setEdited(null)} />}
    </Section>
  );
}

function Totals({ data }: { data: Coverage }) {
  const t = useTranslations("console.redTeam.coverage");
  const format = useFormatter();
  const percent = (value: number) => format.number(value, { style: "percent", maximumFractionDigits: 1 });
  const { violations } = data;
  const wanted = data.cells.filter(({ target, judgements }) => target !== null && judgements < target).length;
  return (
    <>
      {data.pending > 0 && (
        <p role="status" className="text-sm text-muted">
          {t("pending", { count: data.pending })}
        </p>
      )}
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        <Stat label={t("judgements")} value={format.number(data.judgements)} />
        <Stat label={t("hours")} value={format.number(data.hours, { maximumFractionDigits: 1 })} />
        <Stat
          label={t("violations")}
          value={violations ? percent(violations.share) : "–"}
          {...(violations
            ? {
                low: percent(violations.interval[0]),
                high: percent(violations.interval[1]),
                n: format.number(violations.n),
              }
            : {})}
        />
        <Stat label={t("openCells")} value={format.number(wanted)} />
      </div>
    </>
  );
}

/** Steps of the heat: by number of judgements against the fullest cell. The number stands in the cell, so colour adds and says nothing alone. */
const HEAT = ["", "bg-accent-soft/50", "bg-accent-soft", "bg-accent/20", "bg-accent/30"];
const heatOf = (judgements: number, most: number): string =>
  judgements === 0 || most === 0 ? "" : (HEAT[Math.max(1, Math.ceil((judgements / most) * (HEAT.length - 1)))] ?? "");

function CoverageMap({ cells, onEdit }: { cells: RedTeamCell[]; onEdit: (cell: RedTeamCell) => void }) {
  const t = useTranslations("console.redTeam.coverage");
  const risk = useTranslations("annotate.risk");
  const most = Math.max(...cells.map(({ judgements }) => judgements));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table wider than the screen must scroll by keyboard
    <section tabIndex={0} aria-label={t("map")} className="relative overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{t("map")}</caption>
        <thead>
          <tr>
            <td />
            {ATTACK_VECTORS.map((vector) => (
              <th key={vector} scope="col" className="min-w-24 px-2 py-2 text-left align-bottom font-medium text-muted">
                {risk(`vectors.${vector}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {RISK_CATEGORIES.map((category) => (
            <tr key={category}>
              <th scope="row" className="min-w-32 px-2 py-2 text-left font-medium">
                {risk(`categories.${category}`)}
              </th>
              {cells
                .filter((cell) => cell.category === category)
                .map((cell) => (
                  <td key={cell.attackVector} className="p-0.5">
                    <MapCell cell={cell} heat={heatOf(cell.judgements, most)} onEdit={() => onEdit(cell)} />
                  </td>
                ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function MapCell({ cell, heat, onEdit }: { cell: RedTeamCell; heat: string; onEdit: () => void }) {
  const t = useTranslations("console.redTeam.coverage");
  const format = useFormatter();
  const { judgements, violations, target } = cell;
  const isOpen = target !== null && judgements < target;
  return (
    <button
      type="button"
      onClick={onEdit}
      title={t("setTarget")}
      className={cn(
        "flex min-h-16 w-full flex-col items-start justify-between rounded-md border px-2 py-1 text-left tabular-nums hover:border-accent",
        isOpen ? "border-dashed border-warn" : "border-line",
        heat,
      )}
    >
      <span className="text-lg font-semibold">
        {format.number(judgements)}
        {target !== null && <span className="text-sm font-normal"> / {format.number(target)}</span>}
      </span>
      <span className="text-xs">{t("found", { violations })}</span>
      {isOpen && <span className="text-xs font-medium text-warn">{t("wanted")}</span>}
      <span className="sr-only">{t("setTarget")}</span>
    </button>
  );
}

function Severities({ counts }: { counts: number[] }) {
  const t = useTranslations("console.redTeam.coverage");
  const risk = useTranslations("annotate.risk");
  const format = useFormatter();
  const rows = SEVERITIES.map((severity) => ({ severity, n: counts[severity - 1] ?? 0 }));
  const options = useCallback(
    (plot: Plot) => ({
      x: { label: t("severity"), tickFormat: "d" },
      y: { label: t("judgements"), grid: true },
      marks: [
        plot.barY(
          counts.map((n, index) => ({ severity: index + 1, n })),
          { x: "severity", y: "n", fill: "var(--c-accent)" },
        ),
        plot.ruleY([0], { stroke: "var(--c-line-strong)" }),
      ],
    }),
    [counts, t],
  );
  return (
    <PlotFigure
      title={t("severities")}
      caption={t("severitiesHint")}
      options={options}
      height={180}
      table={{
        rows,
        rowKey: ({ severity }) => String(severity),
        columns: [
          {
            key: "severity",
            header: t("severity"),
            cell: ({ severity }) => `${severity}: ${risk(`severities.${severity}`)}`,
          },
          { key: "n", header: t("judgements"), numeric: true, cell: ({ n }) => format.number(n) },
        ],
      }}
    />
  );
}
