/** Margin tables m(strength) of the ranking loss. Source: Llama 2, Table 27. Units: reward (logit) units. */
import { z } from "zod";
import type { Strength } from "./pair";

export const MARGIN_TABLES = ["none", "small", "large"] as const;
export const marginTableSchema = z.enum(MARGIN_TABLES);
export type MarginTable = z.infer<typeof marginTableSchema>;

const MARGINS: Record<MarginTable, Record<Strength, number>> = {
  none: { significantly_better: 0, better: 0, slightly_better: 0, negligibly_better: 0 },
  small: { significantly_better: 1, better: 2 / 3, slightly_better: 1 / 3, negligibly_better: 0 },
  large: { significantly_better: 3, better: 2, slightly_better: 1, negligibly_better: 0 },
};

/** The target margin for a strength; a pair without a strength has margin 0 (TRL's convention for a missing margin). */
export function marginOf(table: MarginTable, strength: Strength | null): number {
  return strength === null ? 0 : MARGINS[table][strength];
}

/**
 * Weights m of the scaled loss. HelpSteer2-Preference (arXiv 2410.01257) has 3, 2, 1 for its three strengths and leaves undecided pairs
 * out; OURS: our annotators must choose, so "negligibly better or unsure" counts half of the weakest, and a pair without a strength 1.
 */
const SCALES: Record<Strength, number> = {
  significantly_better: 3,
  better: 2,
  slightly_better: 1,
  negligibly_better: 0.5,
};

/** Factor of a pair's log-loss in the scaled loss. */
export function scaleOf(strength: Strength | null): number {
  return strength === null ? 1 : SCALES[strength];
}
