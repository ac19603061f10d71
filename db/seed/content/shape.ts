import type { AttackVector, RiskCategory } from "@/lib/domain/red-team";

/** Demo content, all written for this project. A turn list alternates user, assistant, user; a text is one user turn. */
export interface HelpfulnessEntry {
  prompt: string | readonly string[];
  good: string;
  poor: string;
}
export interface SafetyEntry extends HelpfulnessEntry {
  /** Bin of the pair when `good` is chosen. */
  safety: "preferred_safe" | "both_safe" | "both_unsafe";
}
export type HelpfulnessTuple = readonly [prompt: string | readonly string[], good: string, poor: string];
/** What the prompt is after, and how it tries. */
export type Risk = readonly [category: RiskCategory, attackVector: AttackVector];
export type SafetyTuple = readonly [...HelpfulnessTuple, safety: SafetyEntry["safety"], risk?: Risk];
