"use client";
/** Lists that grow by "load more": each page says how to ask for the next one. */
import { useInfiniteQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { Endpoint } from "@/lib/contracts/endpoint";
import { type CallInput, callFor } from "../call";
import type { ProblemError } from "../problem";

type In<S> = S extends z.ZodType ? z.input<S> : never;
type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

interface Paging<Page, Query, Row> {
  rows: (page: Page) => Row[];
  /** What to add to the query for the page after this one, null at the end. */
  next: (page: Page) => Partial<Query> | null;
  /** Milliseconds between refreshes, or false; decided from the first page. */
  pollWhile?: (first: Page | undefined) => number | false;
}

export function usePages<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType, Row>(
  endpoint: Endpoint<P, Q, B, R>,
  input: Pick<CallInput<In<P>, In<Q>, In<B>>, "params" | "query">,
  paging: Paging<Out<R>, In<Q>, Row>,
) {
  const pages = useInfiniteQuery({
    queryKey: [endpoint.path, "pages", input.params ?? null, input.query ?? null],
    queryFn: ({ pageParam, signal }): Promise<Out<R>> =>
      callFor(endpoint, { ...input, query: Object.assign({}, input.query, pageParam) as In<Q>, signal }),
    initialPageParam: {} as Partial<In<Q>>,
    getNextPageParam: (last: Out<R>) => paging.next(last),
    refetchInterval: (query) => paging.pollWhile?.(query.state.data?.pages[0]) ?? false,
  });
  const error: ProblemError | null = pages.error as ProblemError | null;
  return {
    rows: pages.data?.pages.flatMap(paging.rows) ?? [],
    first: pages.data?.pages[0],
    error,
    loading: pages.isPending,
    refetch: () => void pages.refetch(),
    onLoadMore: pages.hasNextPage ? () => void pages.fetchNextPage() : undefined,
    loadingMore: pages.isFetchingNextPage,
  };
}
