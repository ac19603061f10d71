"use client";
import {
  type ColumnDef,
  flexRender,
  getCoreRowModel,
  type RowData,
  type Row as TableRow,
  useReactTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef } from "react";
import type { Selection } from "@/lib/client/console/list/use-list";
import { Button } from "../button";
import { cn } from "../cn";
import { Skeleton } from "../states";
import type { Column } from "../table";

export interface ListColumn<Row> extends Column<Row> {
  header: string;
  /** Not shown until it is chosen. */
  hidden?: boolean;
}

declare module "@tanstack/react-table" {
  interface ColumnMeta<TData extends RowData, TValue> {
    numeric?: boolean;
    className?: string | undefined;
  }
}

interface ListTableProps<Row> {
  label: string;
  columns: readonly ListColumn<Row>[];
  /** Keys of the columns to show. */
  shown: readonly string[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** Names a row for its checkbox. */
  rowName?: (row: Row) => string;
  selection?: Selection;
  empty: ReactNode;
  loading: boolean;
  onLoadMore?: (() => void) | undefined;
  loadingMore: boolean;
}

/** From here on only the rows in sight are in the page. */
const WINDOWED_FROM = 120;
const ROW_PX = 45;
const OVERSCAN = 15;
/** The next page is fetched when so few rows are left below. */
const FETCH_BEFORE_END = 20;

/** Any number of rows: what is loaded scrolls in its own frame, and rows out of sight are only room. */
export function ListTable<Row>(props: ListTableProps<Row>) {
  const { rows, loading, onLoadMore, loadingMore } = props;
  const t = useTranslations("common");
  const frame = useRef<HTMLElement>(null);
  const table = useReactTable({
    data: rows,
    columns: columnDefs(props.columns),
    getRowId: props.rowKey,
    getCoreRowModel: getCoreRowModel(),
    // The pages are the server's; without this each new row would reset a page number that nobody uses.
    autoResetAll: false,
    state: {
      columnVisibility: Object.fromEntries(props.columns.map(({ key }) => [key, props.shown.includes(key)])),
    },
  });
  const windowed = rows.length > WINDOWED_FROM;
  const sight = useRowWindow(frame, rows.length, windowed);
  const { last } = sight;
  useEffect(() => {
    if (windowed && last >= rows.length - FETCH_BEFORE_END && !loadingMore) onLoadMore?.();
  }, [windowed, last, rows.length, loadingMore, onLoadMore]);
  if (rows.length === 0 && !loading) return props.empty;
  const all = table.getRowModel().rows;
  const span = props.shown.length + (props.selection ? 1 : 0);
  return (
    <div>
      <section
        ref={frame}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a table wider or longer than its frame must scroll by keyboard
        tabIndex={0}
        aria-label={props.label}
        className={cn(
          "relative overflow-x-auto rounded-lg border border-line",
          windowed && "max-h-[70dvh] overflow-y-auto",
        )}
      >
        <table
          className="w-full border-collapse text-base"
          aria-rowcount={windowed ? (onLoadMore ? -1 : rows.length + 1) : undefined}
        >
          <caption className="sr-only">{props.label}</caption>
          <thead className={cn("bg-surface", windowed && "sticky top-0 z-10")}>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {props.selection && <PickAll rows={all} selection={props.selection} />}
                {group.headers.map(({ id, column, getContext }) => (
                  <th
                    key={id}
                    scope="col"
                    className={cn(
                      "border-b border-line px-3 py-2 text-left text-sm font-medium whitespace-nowrap text-muted",
                      column.columnDef.meta?.numeric && "text-right",
                    )}
                  >
                    {flexRender(column.columnDef.header, getContext())}
                  </th>
                ))}
              </tr>
            ))}
          </thead>
          <tbody>
            <Room height={sight.above} span={span} />
            {sight.indices.map((index) => (
              <Line
                key={all[index]!.id}
                row={all[index]!}
                index={windowed ? index : undefined}
                measure={windowed ? sight.measure : undefined}
                selection={props.selection}
                name={props.rowName?.(all[index]!.original) ?? all[index]!.id}
              />
            ))}
            <Room height={sight.below} span={span} />
            {loading && rows.length === 0 && <Waiting span={span} />}
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

const columnDefs = <Row,>(columns: readonly ListColumn<Row>[]): ColumnDef<Row>[] =>
  columns.map((column) => ({
    id: column.key,
    header: column.header,
    cell: ({ row }) => column.cell(row.original),
    meta: { numeric: column.numeric ?? false, className: column.className },
  }));

interface RowWindow {
  indices: number[];
  /** Index of the last row in the page. */
  last: number;
  /** Pixels of the rows that are left out. */
  above: number;
  below: number;
  measure: (element: HTMLElement | null) => void;
}

function useRowWindow(frame: React.RefObject<HTMLElement | null>, count: number, enabled: boolean): RowWindow {
  const virtualizer = useVirtualizer({
    count,
    enabled,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });
  if (!enabled) {
    const indices = Array.from({ length: count }, (_, index) => index);
    return { indices, last: count - 1, above: 0, below: 0, measure: virtualizer.measureElement };
  }
  const items = virtualizer.getVirtualItems();
  const end = items.at(-1);
  return {
    indices: items.map(({ index }) => index),
    last: end?.index ?? 0,
    above: items[0]?.start ?? 0,
    below: end ? virtualizer.getTotalSize() - end.end : 0,
    measure: virtualizer.measureElement,
  };
}

const Room = ({ height, span }: { height: number; span: number }) =>
  height > 0 ? (
    <tr>
      <td colSpan={span} style={{ height, padding: 0 }} />
    </tr>
  ) : null;

const Waiting = ({ span }: { span: number }) =>
  ["one", "two", "three"].map((row) => (
    <tr key={row}>
      <td colSpan={span} className="border-b border-line px-3 py-3">
        <Skeleton />
      </td>
    </tr>
  ));

function PickAll<Row>({ rows, selection }: { rows: TableRow<Row>[]; selection: Selection }) {
  const t = useTranslations("console.list");
  const all = rows.length > 0 && rows.every(({ id }) => selection.has(id));
  const some = selection.all || selection.ids.size > 0;
  return (
    <th scope="col" className="w-10 border-b border-line px-3 py-2 text-left">
      <input
        type="checkbox"
        aria-label={t("pickShown")}
        className="size-4 accent-accent"
        checked={all}
        ref={(element) => {
          if (element) element.indeterminate = some && !all;
        }}
        onChange={() => (all ? selection.clear() : selection.set(new Set(rows.map(({ id }) => id))))}
      />
    </th>
  );
}

function Line<Row>({
  row,
  index,
  measure,
  selection,
  name,
}: {
  row: TableRow<Row>;
  index: number | undefined;
  measure: ((element: HTMLElement | null) => void) | undefined;
  selection: Selection | undefined;
  name: string;
}) {
  const t = useTranslations("console.list");
  const picked = selection?.has(row.id) ?? false;
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={index === undefined ? undefined : index + 2}
      className={cn("hover:bg-sunken/60", picked && "bg-accent-soft")}
    >
      {selection && (
        <td className="border-b border-line px-3 py-2 align-top">
          <input
            type="checkbox"
            aria-label={t("pick", { name })}
            className="mt-1 size-4 accent-accent"
            checked={picked}
            disabled={selection.all}
            onChange={() => selection.toggle(row.id)}
          />
        </td>
      )}
      {row.getVisibleCells().map((cell) => (
        <td
          key={cell.id}
          className={cn(
            "border-b border-line px-3 py-2 align-top",
            cell.column.columnDef.meta?.numeric && "text-right whitespace-nowrap tabular-nums",
            cell.column.columnDef.meta?.className,
          )}
        >
          {flexRender(cell.column.columnDef.cell, cell.getContext())}
        </td>
      ))}
    </tr>
  );
}
