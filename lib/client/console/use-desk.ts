"use client";
/**
 * Cases one after another. Some are held ahead, so that the next one is there at once; the server keeps other reviewers off them
 * while they are held, and asking again renews that.
 */
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { ProblemError } from "../problem";

const RENEW_MS = 120_000;

interface DeskInput<Case> {
  /** What the cases depend on: queue, project, filters. */
  queue: readonly unknown[];
  idOf: (entry: Case) => string;
  /** Those left for later are not to come again now. */
  claim: (exclude: string[]) => Promise<Case[]>;
}

export function useDesk<Case>({ queue, idOf, claim }: DeskInput<Case>) {
  const later = useRef<string[]>([]);
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [currentId, setCurrentId] = useState<string | null>(null);
  const query = useQuery<Case[], ProblemError>({
    queryKey: ["desk", ...queue],
    queryFn: async () => {
      const cases = await claim(later.current);
      if (cases.length > 0 || later.current.length === 0) return cases;
      // All that is left was put off: it comes round again.
      later.current = [];
      return claim([]);
    },
    refetchInterval: RENEW_MS,
    staleTime: 0,
    gcTime: 0,
  });
  const cases = (query.data ?? []).filter((entry) => !gone.has(idOf(entry)));
  const at = Math.max(
    0,
    cases.findIndex((entry) => idOf(entry) === currentId),
  );
  const current = cases[at];
  const go = (entry: Case | undefined) => entry && setCurrentId(idOf(entry));

  const next = () => {
    if (at + 1 < cases.length) return go(cases[at + 1]);
    later.current = [...later.current, ...cases.map(idOf)].slice(-100);
    setCurrentId(null);
    void query.refetch();
  };
  /** The case is decided: it leaves at once, before the server has answered. */
  const leave = (entry: Case) => {
    const rest = cases[at + 1] ?? cases[at - 1];
    setGone((known) => new Set(known).add(idOf(entry)));
    setCurrentId(rest ? idOf(rest) : null);
  };
  /** It was not decided after all, or somebody took the decision back. */
  const comeBack = (id: string) => {
    later.current = later.current.filter((other) => other !== id);
    setGone((known) => new Set([...known].filter((other) => other !== id)));
    setCurrentId(id);
    void query.refetch();
  };
  return {
    current,
    position: at + 1,
    held: cases.length,
    loading: query.isPending || (query.isFetching && cases.length === 0),
    error: query.error,
    retry: () => void query.refetch(),
    next,
    previous: () => go(cases[at - 1]),
    leave,
    comeBack,
  };
}
