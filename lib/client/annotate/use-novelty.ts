"use client";
/** How new the prompt in the composer is. A guide while writing: without a connection it is silent. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { checkNovelty } from "@/lib/contracts/live";
import { callFor } from "../call";

const PAUSE_MS = 500;
/** Shorter texts resemble everything. */
const CHARACTERS_MIN = 12;

export function useNovelty(assignmentId: string, text: string) {
  const content = useSettled(text.trim());
  const { data } = useQuery({
    queryKey: ["annotate", "novelty", assignmentId, content],
    queryFn: ({ signal }) => callFor(checkNovelty, { params: { assignmentId }, body: { content }, signal }),
    enabled: content.length >= CHARACTERS_MIN,
    placeholderData: (before) => before,
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
  });
  return content.length >= CHARACTERS_MIN ? data : undefined;
}

/** The value once it has stood still for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
