"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Section } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useRead } from "@/lib/client/console/use-endpoint";
import { getPolicyRatings, type PolicyRating } from "@/lib/contracts/quality";
import { Interval, type Scope } from "./figures";

const nameOf = ({ policy, variant }: PolicyRating) => (policy === variant ? policy : `${policy} · ${variant}`);

/** Policy variants, best first, and who won how often against whom. */
export function PolicyLadder({ projectId, campaignId }: Scope) {
  const t = useTranslations("console.quality.policies");
  const format = useFormatter();
  const [controlled, setControlled] = useState(false);
  const id = useId();
  const query = { campaignId, lengthControlled: controlled ? ("true" as const) : ("false" as const) };
  const ladder = useRead(getPolicyRatings, { params: { projectId }, query });
  const ratings = ladder.data?.ratings ?? [];
  const groups = new Set(ratings.map(({ group }) => group)).size;
  const length = ladder.data?.length;
  return (
    <Section
      title={t("title")}
      description={t("description")}
      actions={
        <label htmlFor={id} className="flex min-h-9 items-center gap-2 text-sm">
          <input
            id={id}
            type="checkbox"
            checked={controlled}
            onChange={(event) => setControlled(event.target.checked)}
          />
          {t("lengthControlled")}
        </label>
      }
    >
      {ladder.error && <ErrorState error={ladder.error} onRetry={() => ladder.refetch()} />}
      <Table<PolicyRating>
        label={t("title")}
        rows={ratings}
        rowKey={(row) => row.variantId}
        loading={ladder.isPending}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "name", header: t("variant"), cell: nameOf, className: "min-w-40" },
          {
            key: "elo",
            header: t("rating"),
            cell: (row) => <Interval value={row.elo} interval={row.interval} digits={0} />,
          },
          { key: "battles", header: t("battles"), numeric: true, cell: (row) => format.number(row.battles) },
          ...ratings.map((rival, column) => ({
            key: rival.variantId,
            header: t("against", { name: nameOf(rival) }),
            numeric: true,
            cell: (row: PolicyRating) => {
              const own = ratings.indexOf(row);
              const won = ladder.data?.wins[own]?.[column] ?? 0;
              const lost = ladder.data?.wins[column]?.[own] ?? 0;
              return own === column || won + lost === 0 ? "" : `${won} : ${lost}`;
            },
          })),
        ]}
      />
      {ratings.length > 0 && (
        <p className="mt-3 text-sm text-muted">
          {t("basis", { judgements: ladder.data?.judgements ?? 0, annotators: ladder.data?.annotators ?? 0 })}
          {groups > 1 && ` ${t("groups", { count: groups })}`}
          {length &&
            ` ${t("lengthEffect", { effect: format.number(length.effect, { maximumFractionDigits: 2 }), error: format.number(length.standardError, { maximumFractionDigits: 2 }) })}`}
        </p>
      )}
    </Section>
  );
}
