/** Why one answer was preferred: the chips beside the rationale. Codes are stored; their texts are messages of the screen. */
import { z } from "zod";

export const REASONS = [
  "factual",
  "follows_instruction",
  "tone",
  "depth",
  "length",
  "language",
  "format",
  "safety",
  "creativity",
  "other",
] as const;
export const reasonSchema = z.enum(REASONS);
export type Reason = z.infer<typeof reasonSchema>;

const isReason = (code: string): code is Reason => (REASONS as readonly string[]).includes(code);

/** Stored codes that this release still knows. */
export const knownReasons = (codes: readonly string[]): Reason[] => codes.filter(isReason);
