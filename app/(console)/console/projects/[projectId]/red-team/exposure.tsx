"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Section } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useRead } from "@/lib/client/console/use-endpoint";
import { type ExposureDay, listExposure } from "@/lib/contracts/red-team";
import { isRiskCategory } from "@/lib/domain/red-team";

/** Who reads how much harmful content: for leads, who answer for it. Others may not see it, so there is nothing to show them. */
export function ExposureSection({ projectId }: { projectId: string }) {
  const t = useTranslations("console.redTeam.exposure");
  const risk = useTranslations("annotate.risk");
  const format = useFormatter();
  const exposure = useRead(listExposure, { params: { projectId } });
  if (exposure.error?.code === "forbidden") return null;
  const name = (category: string) => (isRiskCategory(category) ? risk(`categories.${category}`) : category);
  return (
    <Section title={t("title")} description={t("description")}>
      {exposure.error && <ErrorState error={exposure.error} onRetry={() => exposure.refetch()} />}
      <Table<ExposureDay>
        label={t("title")}
        rows={exposure.data?.rows ?? []}
        rowKey={(row) => `${row.userId} ${row.day}`}
        loading={exposure.isPending}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          {
            key: "day",
            header: t("day"),
            cell: ({ day }) => format.dateTime(new Date(day), { dateStyle: "medium", timeZone: "UTC" }),
          },
          { key: "name", header: t("name"), cell: (row) => row.name, className: "min-w-32" },
          { key: "items", header: t("items"), numeric: true, cell: (row) => format.number(row.exposures) },
          {
            key: "categories",
            header: t("categories"),
            className: "min-w-48",
            cell: ({ categories }) =>
              Object.entries(categories)
                .map(([category, n]) => `${name(category)} ${format.number(n)}`)
                .join(" · "),
          },
        ]}
      />
    </Section>
  );
}
