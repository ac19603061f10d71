"use client";
import { useTranslations } from "next-intl";
import { FilterSelect } from "@/app/(console)/console/parts/filter-select";
import { useRead } from "@/lib/client/console/use-endpoint";
import { listRounds } from "@/lib/contracts/rounds";

/** Narrows a list to one round. */
export function RoundFilter({
  projectId,
  value,
  onChange,
}: {
  projectId: string;
  value: string | undefined;
  onChange: (roundId: string) => void;
}) {
  const t = useTranslations("console.rejectionSampling");
  const rounds = useRead(listRounds, { params: { projectId }, query: { limit: 200 } });
  return (
    <FilterSelect
      label={t("round")}
      all={t("allRounds")}
      value={value}
      options={(rounds.data?.rounds ?? []).map((round) => ({
        value: round.id,
        label: t("roundNumber", { number: round.number }),
      }))}
      onChange={onChange}
    />
  );
}
