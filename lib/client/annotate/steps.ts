/** The eight-step bar: one press says which answer and by how much. Digits follow the screen from left to right. */
import type { z } from "zod";
import type { comparisonSafetySchema, Side, strengthSchema, taskSchema } from "@/lib/contracts/annotation-shapes";

export type Strength = z.infer<typeof strengthSchema>;
export type Safety = z.infer<typeof comparisonSafetySchema>;
export type Task = z.infer<typeof taskSchema>;

export interface Step {
  /** 1..8; also the key. */
  digit: number;
  preferred: Side;
  strength: Strength;
}

const FALLING: Strength[] = ["significantly_better", "better", "slightly_better", "negligibly_better"];

export const STEPS: readonly Step[] = [
  ...FALLING.map((strength, index): Step => ({ digit: index + 1, preferred: "a", strength })),
  ...FALLING.toReversed().map((strength, index): Step => ({ digit: index + 5, preferred: "b", strength })),
];

/** Key of each safety answer. The last one, the combination that leaves the training data, stands apart. */
export const SAFETY_KEYS: Record<Safety, string> = {
  preferred_safe: "q",
  both_safe: "w",
  both_unsafe: "r",
  preferred_unsafe: "x",
};

/** Reasons offered as chips; stored as tags. */
export const REASONS = ["factual", "instruction", "tone", "depth", "length", "language", "format", "harm"] as const;

export interface VerdictForm {
  preferred: Side | null;
  strength: Strength | null;
  safety: Safety | null;
  tags: string[];
  rationale: string;
  /** A better answer in the annotator's own words; null = none. */
  editedResponse: string | null;
}

export const EMPTY_FORM: VerdictForm = {
  preferred: null,
  strength: null,
  safety: null,
  tags: [],
  rationale: "",
  editedResponse: null,
};

/** What still has to be answered before it can be submitted, in screen order. */
export type Missing = "step" | "safety" | "why";

export function missingOf(form: VerdictForm, task: Task): Missing[] {
  const missing: Missing[] = [];
  if (!form.preferred || !form.strength) missing.push("step");
  if (task === "safety" && !form.safety) missing.push("safety");
  // A reviewer has to decide this case and cannot without the annotator's reason.
  if (task === "safety" && form.safety === "preferred_unsafe" && form.rationale.trim() === "") missing.push("why");
  return missing;
}
