"use client";
import { useFormatter, useTranslations } from "next-intl";

interface Share {
  n: number;
  accuracy: number | null;
  low: number | null;
  high: number | null;
}

/** A share in percent with its 95% interval; a dash when nothing was measured. */
export function Accuracy({ cell }: { cell: Share | null | undefined }) {
  const t = useTranslations("console.rewardModels");
  const format = useFormatter();
  if (!cell || cell.accuracy === null) return <span className="text-muted">–</span>;
  const percent = (value: number | null) => format.number((value ?? 0) * 100, { maximumFractionDigits: 1 });
  return (
    <span className="whitespace-nowrap">
      <span className="font-medium">{percent(cell.accuracy)}</span>{" "}
      <span className="text-sm text-muted">
        {t("interval", { low: percent(cell.low), high: percent(cell.high), n: cell.n })}
      </span>
    </span>
  );
}
