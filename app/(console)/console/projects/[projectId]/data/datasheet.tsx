"use client";
import { useTranslations } from "next-intl";
import { z } from "zod";
import { Stat } from "@/app/components/stat";
import { Table } from "@/app/components/table";

const countsSchema = z.record(z.string(), z.number());
type Counts = z.infer<typeof countsSchema>;
/** What freezing writes. Older or foreign manifests may lack parts; those are left out here. */
const datasheetSchema = z.object({
  counts: z.record(z.string(), countsSchema).catch({}),
  excluded: countsSchema.catch({}),
  superseded: z.number().catch(0),
  agreement: z
    .object({ subjects: z.number(), coefficient: z.number(), standardError: z.number().nullable() })
    .nullable()
    .catch(null),
  policies: countsSchema.catch({}),
  guidelines: countsSchema.catch({}),
});
const COLUMNS = [
  ...(["task", "strength", "safety", "language", "source", "sourceName"] as const),
  ...(["category", "riskCategory", "attackVector", "severity", "reasons"] as const),
];
/** Two-sided 95% of the normal distribution. */
const Z95 = 1.96;

export function Datasheet({ value }: { value: Record<string, unknown> }) {
  const t = useTranslations("console.data");
  const sheet = datasheetSchema.parse(value);
  const excluded = { ...sheet.excluded, ...(sheet.superseded > 0 ? { superseded: sheet.superseded } : {}) };
  return (
    <section aria-label={t("datasheet")} className="flex flex-col gap-5">
      <h3 className="font-semibold">{t("datasheet")}</h3>
      {sheet.agreement && <AgreementStat agreement={sheet.agreement} />}
      {COLUMNS.map((column) => (
        <CountTable key={column} label={t(`columns.${column}`)} counts={sheet.counts[column] ?? {}} />
      ))}
      <CountTable label={t("columns.policies")} counts={sheet.policies} />
      <CountTable label={t("columns.guidelines")} counts={sheet.guidelines} />
      <CountTable label={t("columns.excluded")} counts={excluded} />
    </section>
  );
}

function AgreementStat({
  agreement,
}: {
  agreement: { subjects: number; coefficient: number; standardError: number | null };
}) {
  const t = useTranslations("console.data");
  const { coefficient, standardError, subjects } = agreement;
  const end = (sign: number) =>
    standardError === null ? undefined : Math.min(1, Math.max(-1, coefficient + sign * Z95 * standardError)).toFixed(2);
  return <Stat label={t("agreement")} value={coefficient.toFixed(2)} low={end(-1)} high={end(1)} n={subjects} />;
}

function CountTable({ label, counts }: { label: string; counts: Counts }) {
  const t = useTranslations("console.data");
  const rows = Object.entries(counts)
    .map(([name, count]) => ({ name, count }))
    .sort((left, right) => right.count - left.count);
  if (rows.length === 0) return null;
  const all = rows.reduce((sum, row) => sum + row.count, 0);
  const word = (name: string) =>
    t.has(`values.${name}` as "values.none") ? t(`values.${name}` as "values.none") : name;
  return (
    <Table
      label={label}
      rows={rows}
      rowKey={(row) => row.name}
      columns={[
        { key: "name", header: label, className: "w-full break-words", cell: (row) => word(row.name) },
        { key: "count", header: t("pairs"), numeric: true, cell: (row) => row.count },
        { key: "share", header: t("share"), numeric: true, cell: (row) => t("percent", { share: row.count / all }) },
      ]}
    />
  );
}
