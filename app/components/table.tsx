"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "./button";
import { cn } from "./cn";
import { Skeleton } from "./states";

export interface Column<Row> {
  key: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Figures stand right, in tabular figures. */
  numeric?: boolean;
  className?: string;
}

interface TableProps<Row> {
  /** Name of the table for screen readers. */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** Shown instead of rows when there are none and nothing loads. */
  empty?: ReactNode;
  loading?: boolean;
  /** Keyset paging: present = there is more. */
  onLoadMore?: () => void;
  loadingMore?: boolean;
}

export function Table<Row>({ label, columns, rows, rowKey, empty, loading, onLoadMore, loadingMore }: TableProps<Row>) {
  const t = useTranslations("common");
  if (rows.length === 0 && !loading && empty) return <>{empty}</>;
  return (
    <div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table wider than the screen must scroll by keyboard */}
      <section tabIndex={0} aria-label={label} className="relative overflow-x-auto">
        <table className="w-full border-collapse text-base">
          <caption className="sr-only">{label}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  className={cn(
                    "border-b border-line px-3 py-2 text-left text-sm font-medium whitespace-nowrap text-muted",
                    column.numeric && "text-right whitespace-nowrap tabular-nums",
                  )}
                >
                  {column.header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={rowKey(row)} className="hover:bg-sunken/60">
                {columns.map((column) => (
                  <td
                    key={column.key}
                    className={cn(
                      "border-b border-line px-3 py-2 align-top",
                      column.numeric && "text-right whitespace-nowrap tabular-nums",
                      column.className,
                    )}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
            {loading && rows.length === 0 && <SkeletonRows columns={columns.length} />}
          </tbody>
        </table>
      </section>
      {onLoadMore && (
        <div className="flex justify-center p-3">
          <Button size="sm" busy={loadingMore} onClick={onLoadMore}>
            {loadingMore ? t("loading") : t("loadMore")}
          </Button>
        </div>
      )}
    </div>
  );
}

const SkeletonRows = ({ columns }: { columns: number }) =>
  ["one", "two", "three"].map((row) => (
    <tr key={row}>
      <td colSpan={columns} className="border-b border-line px-3 py-3">
        <Skeleton />
      </td>
    </tr>
  ));
