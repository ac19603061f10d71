/** The eight-step bar: one press says which answer and by how much. Digits follow the screen from left to right. */
import type { z } from "zod";
import type { comparisonSafetySchema, Side, strengthSchema, taskSchema } from "@/lib/contracts/annotation-shapes";
import type { Reason } from "@/lib/domain/reasons";
import { type AttackVector, type RiskCategory, severityProblem } from "@/lib/domain/red-team";
import type { ShortcutAction } from "@/lib/domain/shortcuts";

export type Strength = z.infer<typeof strengthSchema>;
export type Safety = z.infer<typeof comparisonSafetySchema>;
export type Task = z.infer<typeof taskSchema>;

export interface Step {
  /** 1..8, from left to right; also the key, unless the person has changed it. */
  digit: number;
  action: ShortcutAction;
  preferred: Side;
  strength: Strength;
}

const FALLING: Strength[] = ["significantly_better", "better", "slightly_better", "negligibly_better"];

export const STEPS: readonly Step[] = [
  ...FALLING.map((strength, index) => stepOf(index + 1, "a", strength)),
  ...FALLING.toReversed().map((strength, index) => stepOf(index + 5, "b", strength)),
];

function stepOf(digit: number, preferred: Side, strength: Strength): Step {
  return { digit, action: `step${digit}` as ShortcutAction, preferred, strength };
}

/** Shortcut of each safety answer. The last one, the combination that leaves the training data, stands apart. */
export const SAFETY_ACTIONS = {
  preferred_safe: "preferredSafe",
  both_safe: "bothSafe",
  both_unsafe: "bothUnsafe",
  preferred_unsafe: "preferredUnsafe",
} as const satisfies Record<Safety, ShortcutAction>;
export const SAFETY_ANSWERS = Object.keys(SAFETY_ACTIONS) as Safety[];

export interface VerdictForm {
  preferred: Side | null;
  strength: Strength | null;
  safety: Safety | null;
  tags: string[];
  rationale: string;
  /** A better answer in the annotator's own words; null = none. */
  editedResponse: string | null;
  reasons: Reason[];
  bothUnacceptable: boolean;
  riskCategory: RiskCategory | null;
  attackVector: AttackVector | null;
  /** 1..5 */
  severity: number | null;
}

export const EMPTY_FORM: VerdictForm = {
  preferred: null,
  strength: null,
  safety: null,
  tags: [],
  rationale: "",
  editedResponse: null,
  reasons: [],
  bothUnacceptable: false,
  riskCategory: null,
  attackVector: null,
  severity: null,
};

/** How much is answered beside the step and the safety: what a folded panel does not show. */
export const answeredBeside = (form: VerdictForm): number =>
  form.tags.length +
  form.reasons.length +
  [form.rationale.trim(), form.bothUnacceptable, form.riskCategory, form.attackVector, form.severity].filter(Boolean)
    .length;

/** What still has to be answered before it can be submitted, in screen order. */
export type Missing = "step" | "safety" | "severity" | "why";

export function missingOf(form: VerdictForm, task: Task): Missing[] {
  const missing: Missing[] = [];
  if (!form.preferred || !form.strength) missing.push("step");
  if (task === "safety" && !form.safety) missing.push("safety");
  if (severityProblem(form.safety, form.severity)) missing.push("severity");
  // A reviewer has to decide this case and cannot without the annotator's reason.
  if (task === "safety" && form.safety === "preferred_unsafe" && form.rationale.trim() === "") missing.push("why");
  return missing;
}

/** The form as the submission has it: what was left open is left out. An edit equal to an answer says nothing. */
export function verdictOf(form: VerdictForm & { preferred: Side; strength: Strength }, task: Task, answers: string[]) {
  const { preferred, strength, safety, tags, reasons, bothUnacceptable, riskCategory, attackVector, severity } = form;
  const text = form.rationale.trim();
  const { editedResponse } = form;
  return {
    preferred,
    strength,
    tags,
    ...(task === "safety" && safety ? { safety } : {}),
    ...(text ? { rationale: text } : {}),
    ...(reasons.length > 0 ? { reasons } : {}),
    ...(bothUnacceptable ? { bothUnacceptable } : {}),
    ...(riskCategory ? { riskCategory } : {}),
    ...(attackVector ? { attackVector } : {}),
    ...(severity ? { severity } : {}),
    ...(editedResponse?.trim() && !answers.includes(editedResponse) ? { editedResponse } : {}),
  };
}
