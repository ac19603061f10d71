import type { Side } from "@/lib/contracts/annotation-shapes";

/** The twin hues of A and B: equal weight, neither green nor red. */
export const HUES: Record<Side, { text: string; border: string; top: string; soft: string }> = {
  a: { text: "text-side-a", border: "border-side-a", top: "border-t-side-a", soft: "bg-side-a-soft" },
  b: { text: "text-side-b", border: "border-side-b", top: "border-t-side-b", soft: "bg-side-b-soft" },
};
