"use client";
import { useFormatter } from "next-intl";

/** A reward with a fixed number of digits; a dash while it is not scored. `signed` for logits. */
export function Reward({ value, signed }: { value: number | null; signed?: boolean }) {
  const format = useFormatter();
  if (value === null) return <span className="text-muted">–</span>;
  const digits = signed ? 2 : 3;
  return (
    <span className="tabular-nums">
      {format.number(value, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        ...(signed ? { signDisplay: "always" } : {}),
      })}
    </span>
  );
}
