"use client";
/** What the annotator has answered so far on one pair, and how long they have looked at it. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { ComparisonAnswer } from "@/lib/contracts/comparisons";
import type { DraftBody } from "@/lib/contracts/drafts";
import { EMPTY_FORM, type VerdictForm } from "./steps";

const FIELDS = Object.keys(EMPTY_FORM) as (keyof VerdictForm)[];

export const formOfDraft = (draft: DraftBody | null): VerdictForm =>
  Object.fromEntries(FIELDS.map((field) => [field, draft?.[field] ?? EMPTY_FORM[field]])) as unknown as VerdictForm;

/** An earlier judgement, opened to be changed. */
export const formOfComparison = (comparison: ComparisonAnswer): VerdictForm =>
  Object.fromEntries(FIELDS.map((field) => [field, comparison[field] ?? EMPTY_FORM[field]])) as unknown as VerdictForm;

const DAY_MS = 86_400_000;

/** Milliseconds with the page in view since mounting, on top of `earlierMs` from a draft. */
export function useDuration(earlierMs: number): () => number {
  const clock = useRef({ since: 0, sum: earlierMs });
  useEffect(() => {
    const watch = clock.current;
    watch.since = performance.now();
    const onVisibility = () => {
      if (document.visibilityState === "hidden") watch.sum += performance.now() - watch.since;
      watch.since = performance.now();
    };
    document.addEventListener("visibilitychange", onVisibility);
    return () => document.removeEventListener("visibilitychange", onVisibility);
  }, []);
  return useCallback(() => {
    const { since, sum } = clock.current;
    const running = document.visibilityState === "hidden" ? 0 : performance.now() - since;
    return Math.min(DAY_MS, Math.round(sum + running));
  }, []);
}

/** `onChange` runs on every answer of the person, never for the initial values. */
export function useVerdict(initial: VerdictForm, onChange: (form: VerdictForm) => void) {
  const [form, setForm] = useState(initial);
  const latest = useRef(initial);
  const change = (patch: Partial<VerdictForm>) => {
    latest.current = { ...latest.current, ...patch };
    setForm(latest.current);
    onChange(latest.current);
  };
  /** Puts a tag or reason in, or takes it out. */
  const toggle = <F extends "tags" | "reasons">(field: F, value: VerdictForm[F][number]) => {
    const list: readonly string[] = latest.current[field];
    change({ [field]: list.includes(value) ? list.filter((known) => known !== value) : [...list, value] });
  };
  return { form, change, toggle };
}
