"use client";
/** What the annotator has answered so far on one pair, and how long they have looked at it. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { DraftBody } from "@/lib/contracts/drafts";
import { EMPTY_FORM, type VerdictForm } from "./steps";

export const formOfDraft = (draft: DraftBody | null): VerdictForm => ({
  preferred: draft?.preferred ?? EMPTY_FORM.preferred,
  strength: draft?.strength ?? EMPTY_FORM.strength,
  safety: draft?.safety ?? EMPTY_FORM.safety,
  tags: draft?.tags ?? EMPTY_FORM.tags,
  rationale: draft?.rationale ?? EMPTY_FORM.rationale,
  editedResponse: draft?.editedResponse ?? EMPTY_FORM.editedResponse,
});

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
  const toggleTag = (tag: string) => {
    const { tags } = latest.current;
    change({ tags: tags.includes(tag) ? tags.filter((known) => known !== tag) : [...tags, tag] });
  };
  return { form, change, toggleTag };
}
