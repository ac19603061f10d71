"use client";
/** TanStack Query over the contracts: a read is keyed by its path and input, an action refreshes what is on screen. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { Endpoint } from "@/lib/contracts/endpoint";
import { type CallInput, call, callFor } from "../call";
import type { ProblemError } from "../problem";

type In<S> = S extends z.ZodType ? z.input<S> : never;
type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

interface ReadOptions<T> {
  enabled?: boolean;
  /** Milliseconds between refreshes, or false; decided from the newest data so that polling stops when nothing runs. */
  pollWhile?: (data: T | undefined) => number | false;
}

export function useRead<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  endpoint: Endpoint<P, Q, B, R>,
  input: Pick<CallInput<In<P>, In<Q>, In<B>>, "params" | "query"> = {},
  options: ReadOptions<Out<R>> = {},
) {
  return useQuery<Out<R>, ProblemError>({
    queryKey: [endpoint.path, input.params ?? null, input.query ?? null],
    queryFn: ({ signal }) => callFor(endpoint, { ...input, signal }),
    enabled: options.enabled,
    refetchInterval: options.pollWhile ? (query) => options.pollWhile!(query.state.data) : false,
  });
}

interface Outcome<T, I> {
  onSuccess?: (answer: T, input: I) => void;
  onError?: (error: ProblemError, input: I) => void;
  onSettled?: () => void;
}

/** What `mutate` is told to do happens even when the caller is gone by then: refreshing may have replaced its form or row. */
export function useAction<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  endpoint: Endpoint<P, Q, B, R>,
) {
  type Answer = Out<R> | null;
  type Input = CallInput<In<P>, In<Q>, In<B>>;
  const client = useQueryClient();
  const action = useMutation<Answer, ProblemError, Input>({
    mutationFn: (input) => call(endpoint, input),
    onSuccess: () => client.invalidateQueries(),
  });
  const mutate = (input: Input, { onSuccess, onError, onSettled }: Outcome<Answer, Input> = {}) => {
    const done = action.mutateAsync(input).then(
      (answer) => onSuccess?.(answer, input),
      (error: ProblemError) => onError?.(error, input),
    );
    void done.finally(onSettled);
  };
  return { ...action, mutate };
}
