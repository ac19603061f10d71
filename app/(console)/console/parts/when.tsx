"use client";
import { useFormatter } from "next-intl";

/** A moment, short; the full one with its zone is the tooltip. Null shows a dash. */
export function When({ at }: { at: string | null }) {
  const format = useFormatter();
  if (!at) return <span className="text-muted">–</span>;
  const date = new Date(at);
  return (
    <time dateTime={at} title={at} className="whitespace-nowrap">
      {format.dateTime(date, { dateStyle: "medium", timeStyle: "short" })}
    </time>
  );
}
