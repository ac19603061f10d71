/**
 * The one place where A and B become response 1 and 2, and chosen and rejected (I7).
 * A is the left answer. `swapped` = response 2 stands left as A; it is drawn once per lease and stored.
 */
import { z } from "zod";
import { SAFETY_BINS, type SafetyBin, strengthSchema, taskSchema } from "@/trainer/format/pair";

export { strengthSchema, taskSchema };

export const sideSchema = z.enum(["a", "b"]);
export type Side = z.infer<typeof sideSchema>;
export type Position = 1 | 2;

/** The three bins of the paper and the fourth combination, which is recorded and reviewed but never trained on (section 3.2.1). */
export const comparisonSafetySchema = z.enum([...SAFETY_BINS, "preferred_unsafe"]);
export type ComparisonSafety = z.infer<typeof comparisonSafetySchema>;

/** Reserved tag: the annotator asks a reviewer to look. */
export const FLAGGED_TAG = "flagged";

export const positionOf = (side: Side, swapped: boolean): Position => ((side === "a") === swapped ? 2 : 1);
export const sideOf = (position: Position, swapped: boolean): Side => ((position === 1) === swapped ? "b" : "a");

/** Orders two things that belong to response 1 and response 2 as A and B. */
export function asSides<T>(swapped: boolean, first: T, second: T): { a: T; b: T } {
  return swapped ? { a: second, b: first } : { a: first, b: second };
}

export interface Responses {
  response1Id: string;
  response2Id: string;
}

export function chosenAndRejected(preferred: Side, swapped: boolean, item: Responses) {
  return positionOf(preferred, swapped) === 1
    ? { chosenId: item.response1Id, rejectedId: item.response2Id }
    : { chosenId: item.response2Id, rejectedId: item.response1Id };
}

/** The inverse: which side the annotator had preferred. */
export const preferredSide = (chosenId: string, swapped: boolean, item: Responses): Side =>
  sideOf(chosenId === item.response1Id ? 1 : 2, swapped);

export function reviewReason(safety: ComparisonSafety | null, tags: readonly string[]) {
  if (safety === "preferred_unsafe") return "preferred_unsafe" as const;
  return tags.includes(FLAGGED_TAG) ? ("flagged" as const) : null;
}

/** The bin that training may use; null keeps the pair out of the auxiliary loss, `excluded` out of the data set. */
export function trainingSafety(safety: ComparisonSafety | null): { excluded: boolean; bin: SafetyBin | null } {
  return safety === "preferred_unsafe" ? { excluded: true, bin: null } : { excluded: false, bin: safety };
}
