"use client";
import type { ReactNode } from "react";
import type { Selection } from "@/lib/client/console/list/use-list";
import type { ProblemError } from "@/lib/client/problem";
import { EmptyState, ErrorState } from "../states";
import { type ListColumn, ListTable } from "./list-table";

interface Emptiness {
  title: string;
  hint: string;
  action?: ReactNode;
}

interface ListRowsProps<Row> {
  label: string;
  columns: readonly ListColumn<Row>[];
  list: {
    values: Record<string, string>;
    shown: readonly string[];
    rows: Row[];
    error: ProblemError | null;
    refetch: () => void;
    loading: boolean;
    onLoadMore: (() => void) | undefined;
    loadingMore: boolean;
  };
  rowKey: (row: Row) => string;
  rowName?: (row: Row) => string;
  selection?: Selection;
  /** Said where there is nothing at all. */
  empty: Emptiness;
  /** Said where the filters leave nothing; absent = the same. */
  noMatch?: Emptiness;
}

/** The rows of a list, or why there are none: a failure, filters that nothing matches, or a beginning. */
export function ListRows<Row>({ list, empty, noMatch = empty, ...table }: ListRowsProps<Row>) {
  if (list.error) return <ErrorState className="mb-4" error={list.error} onRetry={list.refetch} />;
  const { title, hint, action } = Object.keys(list.values).length > 0 ? noMatch : empty;
  return (
    <ListTable
      {...table}
      shown={list.shown}
      rows={list.rows}
      loading={list.loading}
      onLoadMore={list.onLoadMore}
      loadingMore={list.loadingMore}
      empty={
        <EmptyState title={title} action={action}>
          {hint}
        </EmptyState>
      }
    />
  );
}
