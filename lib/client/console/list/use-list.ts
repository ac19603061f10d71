"use client";
/** One list: filters and columns in the address, rows by keyset pages from the server, rows picked for a bulk action. */
import { usePathname, useSearchParams } from "next/navigation";
import { useState } from "react";
import type { z } from "zod";
import type { Endpoint } from "@/lib/contracts/endpoint";
import type { CallInput } from "../../call";
import { usePages } from "../use-pages";
import { COLUMNS_NAME, changeListQuery, type ListFilter, readColumns, readListQuery, viewQuery } from "./list-query";

type In<S> = S extends z.ZodType ? z.input<S> : never;
type PageRow<R> = R extends z.ZodType ? (z.output<R> extends { rows: (infer Row)[] } ? Row : never) : never;
interface Page<R> {
  rows: PageRow<R>[];
  next: string | null;
}

/** The filters and columns of a list as the address has them. */
export function useListAddress(
  filters: readonly ListFilter[],
  columns: readonly { key: string; hidden?: boolean | undefined }[],
) {
  const path = usePathname();
  const search = useSearchParams();
  // No navigation: the page is the same and only its rows change, so nothing waits for the server to render it.
  const show = (text: string) => window.history.replaceState(null, "", text ? `${path}?${text}` : path);
  return {
    filters,
    values: readListQuery(search, filters),
    /** The list as a saved view keeps it. */
    view: viewQuery(search, filters),
    shown: readColumns(search, columns),
    set: (changes: Record<string, string>) => show(changeListQuery(search, changes)),
    clear: () => show(changeListQuery(search, Object.fromEntries(filters.map(({ name }) => [name, ""])))),
    open: (text: string) => show(text),
    showColumns: (keys: string[]) => show(changeListQuery(search, { [COLUMNS_NAME]: keys.join(",") })),
  };
}
export type ListAddress = ReturnType<typeof useListAddress>;

interface ListInput<P, Q> {
  params?: P;
  /** Parts of the query that no filter changes. */
  fixed?: Partial<Q>;
  filters: readonly ListFilter[];
  columns: readonly { key: string; hidden?: boolean | undefined }[];
}

export function useList<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  endpoint: Endpoint<P, Q, B, R>,
  { params, fixed, filters, columns }: ListInput<In<P>, In<Q>>,
) {
  const address = useListAddress(filters, columns);
  const query = { ...fixed, ...address.values } as In<Q>;
  const input: Pick<CallInput<In<P>, In<Q>, In<B>>, "params" | "query"> = params === undefined
    ? { query }
    : { params, query };
  const pages = usePages(endpoint, input, {
    rows: (page) => (page as unknown as Page<R>).rows,
    next: (page) => {
      const { next } = page as unknown as Page<R>;
      return next ? ({ after: next } as unknown as Partial<In<Q>>) : null;
    },
  });
  return {
    ...pages,
    ...address,
    /** What the CSV of the same rows and columns asks for. */
    exportQuery: { ...fixed, ...address.values, columns: address.shown.join(",") } as Record<string, unknown>,
  };
}

/** Rows that are picked: by id, or all that the filters hold. A change of the filters lets go of them. */
export function useSelection(view: string) {
  const [picked, setPicked] = useState<{ view: string; ids: ReadonlySet<string>; all: boolean }>({
    view,
    ids: new Set(),
    all: false,
  });
  const current = picked.view === view ? picked : { view, ids: new Set<string>(), all: false };
  const set = (ids: ReadonlySet<string>) => setPicked({ view, ids, all: false });
  return {
    ids: current.ids,
    all: current.all,
    has: (id: string) => current.all || current.ids.has(id),
    toggle: (id: string) => {
      const ids = new Set(current.ids);
      if (!ids.delete(id)) ids.add(id);
      set(ids);
    },
    set,
    pickAll: () => setPicked({ view, ids: new Set(), all: true }),
    clear: () => set(new Set()),
  };
}
export type Selection = ReturnType<typeof useSelection>;
