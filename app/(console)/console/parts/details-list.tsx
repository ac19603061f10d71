import type { ReactNode } from "react";

/** Names and values of one thing, two columns on wide screens. */
export function DetailsList({ entries }: { entries: { name: ReactNode; value: ReactNode; key: string }[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-1.5 sm:grid-cols-[max-content_minmax(0,1fr)]">
      {entries.map((entry) => (
        <div key={entry.key} className="contents">
          <dt className="text-sm text-muted sm:leading-[1.375rem]">{entry.name}</dt>
          <dd className="mb-1.5 min-w-0 break-words tabular-nums sm:mb-0">{entry.value}</dd>
        </div>
      ))}
    </dl>
  );
}
