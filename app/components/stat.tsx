import type { ReactNode } from "react";
import { cn } from "./cn";

/** A figure with its count and interval. `low`/`high` are the ends of the interval, already formatted. */
export function Stat({
  label,
  value,
  low,
  high,
  n,
  note,
  className,
}: {
  label: ReactNode;
  value: ReactNode;
  low?: ReactNode;
  high?: ReactNode;
  n?: ReactNode;
  note?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cn("min-w-0", className)}>
      <p className="text-sm text-muted">{label}</p>
      <p className="text-2xl font-semibold tabular-nums">{value}</p>
      <p className="min-h-5 text-xs text-muted tabular-nums">
        {low !== undefined && high !== undefined && (
          <span>
            [{low}, {high}]
          </span>
        )}
        {n !== undefined && <span className={low !== undefined ? "ml-2" : ""}>n = {n}</span>}
        {note && <span className="ml-2">{note}</span>}
      </p>
    </div>
  );
}
