"use client";
import { useFormatter } from "next-intl";
import type { Share } from "@/lib/contracts/quality";

export interface Scope {
  projectId: string;
  campaignId: string | undefined;
}

/** A number with the ends of its 95% interval. */
export function Interval({
  value,
  interval,
  digits,
}: {
  value: number;
  interval: readonly [number, number] | null;
  digits: number;
}) {
  const format = useFormatter();
  const text = (number: number) =>
    format.number(number, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (
    <span className="whitespace-nowrap tabular-nums">
      <span className="font-medium">{text(value)}</span>
      {interval && (
        <span className="ml-1.5 text-sm text-muted">
          [{text(interval[0])}, {text(interval[1])}]
        </span>
      )}
    </span>
  );
}

export const NotMeasured = () => <span className="text-muted">–</span>;

/** A share in percent; `expected` is marked when the interval does not hold it. */
export function SharePercent({ share, expected }: { share: Share; expected?: number }) {
  const format = useFormatter();
  if (!share) return <NotMeasured />;
  const percent = (value: number) => format.number(value * 100, { maximumFractionDigits: 0 });
  const [low, high] = share.interval;
  const off = expected !== undefined && (low > expected || high < expected);
  return (
    <span className="whitespace-nowrap tabular-nums">
      <span className={off ? "font-semibold text-warn" : "font-medium"}>{percent(share.share)}%</span>
      <span className="ml-1.5 text-sm text-muted">
        [{percent(low)}, {percent(high)}]
      </span>
    </span>
  );
}
