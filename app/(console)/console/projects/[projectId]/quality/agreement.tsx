"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { FilterSelect } from "@/app/(console)/console/parts/filter-select";
import { Section } from "@/app/components/card";
import { PlotFigure } from "@/app/components/plot-figure";
import { Stat } from "@/app/components/stat";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { type Column, Table } from "@/app/components/table";
import { useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { type AgreementRow, getAgreement } from "@/lib/contracts/quality";
import { Interval, NotMeasured, type Scope } from "./figures";

type Plot = typeof import("@observablehq/plot");

export function AgreementSection({ projectId, campaignId }: Scope) {
  const t = useTranslations("console.quality.agreement");
  const [by, setBy] = useFilter("by", ["campaign", "language", "category"] as const);
  const agreement = useRead(getAgreement, { params: { projectId }, query: { campaignId } });
  const data = agreement.data;
  const groups = (data?.groups ?? []).filter((group) => group.by === (by ?? "campaign"));
  return (
    <Section title={t("title")} description={t("description")}>
      {agreement.error ? (
        <ErrorState error={agreement.error} onRetry={() => agreement.refetch()} />
      ) : !data ? (
        <Skeleton className="h-24" />
      ) : data.measures.every((row) => row.items === 0) ? (
        <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>
      ) : (
        <div className="flex flex-col gap-6">
          {data.pending > 0 && (
            <p role="status" className="text-sm text-muted">
              {t("pending", { count: data.pending })}
            </p>
          )}
          <div className="grid gap-6 sm:grid-cols-3">
            {data.measures.map((row) => (
              <Measure key={row.measure} row={row} />
            ))}
          </div>
          <div className="grid gap-6 xl:grid-cols-[3fr_2fr]">
            <div className="min-w-0">
              <FilterSelect
                label={t("by")}
                all={t("groups.campaign")}
                value={by === "campaign" ? undefined : by}
                options={(["language", "category"] as const).map((value) => ({ value, label: t(`groups.${value}`) }))}
                onChange={setBy}
              />
              <Table label={t("byGroup")} rows={groups} rowKey={(group) => group.key} columns={groupColumns(t)} />
            </div>
            <Distances distances={data.distances} />
          </div>
        </div>
      )}
    </Section>
  );
}

function Measure({ row }: { row: AgreementRow }) {
  const t = useTranslations("console.quality.agreement");
  const format = useFormatter();
  const text = (value: number) => format.number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const { gwet, alpha, observed } = row;
  return (
    <div>
      <Stat
        label={t(`measures.${row.measure}`)}
        value={gwet ? text(gwet.coefficient) : "–"}
        n={format.number(row.items)}
        {...(gwet?.interval ? { low: text(gwet.interval[0]), high: text(gwet.interval[1]) } : {})}
      />
      <p className="text-sm text-muted tabular-nums">
        {t("beside", {
          alpha: alpha ? text(alpha.coefficient) : "–",
          observed: observed === null ? "–" : format.number(observed, { style: "percent", maximumFractionDigits: 1 }),
        })}
      </p>
    </div>
  );
}

interface Group {
  key: string;
  name: string;
  judged: number;
  preferred: AgreementRow;
  strength: AgreementRow;
}

const coefficient = ({ gwet }: AgreementRow) =>
  gwet ? <Interval value={gwet.coefficient} interval={gwet.interval} digits={2} /> : <NotMeasured />;

const groupColumns = (t: ReturnType<typeof useTranslations<"console.quality.agreement">>): Column<Group>[] => [
  { key: "name", header: t("group"), cell: (group) => group.name || t("unnamed"), className: "min-w-32" },
  { key: "judged", header: t("judged"), numeric: true, cell: (group) => group.judged },
  { key: "shared", header: t("shared"), numeric: true, cell: (group) => group.preferred.items },
  { key: "preferred", header: t("ac1"), cell: (group) => coefficient(group.preferred) },
  { key: "strength", header: t("ac2"), cell: (group) => coefficient(group.strength) },
];

function Distances({ distances }: { distances: number[] }) {
  const t = useTranslations("console.quality.agreement");
  const rows = useMemo(() => distances.map((pairs, distance) => ({ distance, pairs })), [distances]);
  const options = useCallback(
    (plot: Plot) => ({
      x: { label: t("distance"), tickFormat: "d" },
      y: { label: t("pairs"), grid: true },
      marks: [
        plot.barY(rows, { x: "distance", y: "pairs", fill: "var(--c-accent)" }),
        plot.ruleY([0], { stroke: "var(--c-line-strong)" }),
      ],
    }),
    [rows, t],
  );
  return (
    <PlotFigure
      title={t("distances")}
      caption={t("distancesHint")}
      options={options}
      height={200}
      table={{
        rows,
        rowKey: (row) => String(row.distance),
        columns: [
          { key: "distance", header: t("distance"), numeric: true, cell: (row) => row.distance },
          { key: "pairs", header: t("pairs"), numeric: true, cell: (row) => row.pairs },
        ],
      }}
    />
  );
}
