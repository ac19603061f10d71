/** Which settings the form offers and how its texts become settings again. Bounds follow lib/domain/project-settings.ts. */

import type { z } from "zod";
import {
  BEST_BY,
  ENGINE_NAMES,
  MARGIN_TABLES,
  METHODS,
  OVERLONG_CHOICES,
  PRECISIONS,
  type projectSettingsSchema,
  RANKING_LOSSES,
} from "@/lib/domain/project-settings";

export type SettingsInput = z.input<typeof projectSettingsSchema>;
export const LAYERS = ["shared", "helpfulness", "safety"] as const;
export type Layer = (typeof LAYERS)[number];

export interface NumberField {
  /** Path in the settings, dots between; also the control's name. */
  name: string;
  min: number;
  max?: number;
  /** "any" for shares and rates. */
  step: number | "any";
}
const whole = (name: string, min: number, max?: number): NumberField => ({ name, min, max, step: 1 });
const real = (name: string, min: number, max?: number): NumberField => ({ name, min, max, step: "any" });

export const NUMBERS = {
  round: [real("heldoutShare", 0, 0.9), whole("comparisonsMin", 0), whole("publish.overlap", 1, 10)],
  sampling: [
    whole("sampling.promptsPerRound", 1),
    whole("sampling.candidatesPerPrompt", 2, 100),
    real("sampling.temperature", 0, 5),
    real("sampling.topP", 0, 1),
    whole("sampling.topK", 0),
    whole("sampling.tokensMax", 1),
    whole("sampling.seed", 0),
  ],
  ghostAttention: [whole("ghostAttention.dialoguesPerRound", 0), whole("ghostAttention.turns", 2, 20)],
  annotators: [
    real("annotators.goldGoodShare", 0, 1),
    real("annotators.goldBadShare", 0, 1),
    real("annotators.falsePauseRate", 0, 0.5),
    real("annotators.falsePassRate", 0, 0.5),
    whole("annotators.goldFeedbackDays", 0, 365),
    real("annotators.hasteShareMax", 0, 1),
    real("annotators.hasteFalsePauseRate", 0, 0.5),
  ],
  review: [real("review.share", 0, 1), whole("review.firstJudgements", 0, 1000)],
} as const satisfies Record<string, readonly NumberField[]>;

const YES_NO = ["false", "true"] as const;

/** Fields of a training layer; empty = not overridden. */
export const TRAINING_NUMBERS: readonly NumberField[] = [
  real("epochs", 0),
  whole("pairsPerStep", 1),
  whole("tokensPerMicroBatch", 1),
  whole("tokensPerRowMax", 1),
  real("learningRateMax", 0),
  real("learningRateFloorShare", 0, 1),
  real("warmupShare", 0, 1),
  whole("warmupStepsMin", 0),
  real("beta1", 0, 1),
  real("beta2", 0, 1),
  real("epsilon", 0),
  real("weightDecay", 0),
  real("gradientClipNorm", 0),
  real("safetyAuxiliaryWeight", 0),
  real("labelSmoothing", 0, 0.49),
  real("centeringWeight", 0),
  real("otherShare", 0, 1),
  whole("frozenLayers", 0),
  whole("loraRank", 1),
  real("loraAlpha", 0),
  real("loraDropout", 0, 0.99),
  whole("evaluateEverySteps", 1),
  whole("earlyStopPatience", 1),
  real("earlyStopGainMin", 0),
  whole("checkpointEverySteps", 1),
  whole("checkpointsKept", 1),
  whole("stepsMax", 1),
  whole("seed", 0),
];
export const TRAINING_CHOICES = {
  engine: ENGINE_NAMES,
  precision: PRECISIONS,
  method: METHODS,
  rankingLoss: RANKING_LOSSES,
  marginTable: MARGIN_TABLES,
  overlong: OVERLONG_CHOICES,
  recompute: YES_NO,
  keepBest: YES_NO,
  bestBy: BEST_BY,
} as const;
/** Lists and tables, written out: "q_proj, v_proj" and "ours = 1, hh = 0.5". */
export const TRAINING_TEXTS = { loraTargets: "list", sourceWeights: "weights" } as const;

type Leaf = number | string | boolean | string[] | Record<string, number>;
type Tree = { [key: string]: Leaf | Tree };

function put(tree: Tree, name: string, value: Leaf): void {
  const keys = name.split(".");
  const last = keys.pop() as string;
  let place = tree;
  for (const key of keys) {
    const next = place[key];
    if (typeof next === "object") place = next as Tree;
    else {
      const made: Tree = {};
      place[key] = made;
      place = made;
    }
  }
  place[last] = value;
}

/** "q_proj, v_proj" as a list; "ours = 1, hh = 0.5" as a table (what is no number stays one for the server to refuse). */
function readText(kind: "list" | "weights", text: string): string[] | Record<string, number> {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (kind === "list") return parts;
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.lastIndexOf("=");
      return at < 0 ? [part, Number.NaN] : [part.slice(0, at).trim(), Number(part.slice(at + 1))];
    }),
  );
}

/** The text that `readText` turns into the value. */
export function writeText(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "object" || value === null) return "";
  return Object.entries(value)
    .map(([name, weight]) => `${name} = ${weight}`)
    .join(", ");
}

/** Empty fields are left out, so that they follow the default; the server checks the result. */
export function settingsOf(form: FormData): SettingsInput {
  const tree: Tree = {};
  const numbers = [
    ...Object.values(NUMBERS).flat(),
    ...LAYERS.flatMap((layer) =>
      TRAINING_NUMBERS.map((field) => ({ ...field, name: `training.${layer}.${field.name}` })),
    ),
  ];
  const words = [
    "training.baseModel",
    ...LAYERS.flatMap((layer) => Object.keys(TRAINING_CHOICES).map((name) => `training.${layer}.${name}`)),
  ];
  for (const { name } of numbers) {
    const text = String(form.get(name) ?? "").trim();
    if (text !== "") put(tree, name, Number(text));
  }
  for (const name of words) {
    const text = String(form.get(name) ?? "").trim();
    if (text !== "") put(tree, name, text === "true" || text === "false" ? text === "true" : text);
  }
  for (const layer of LAYERS)
    for (const [field, kind] of Object.entries(TRAINING_TEXTS)) {
      const text = String(form.get(`training.${layer}.${field}`) ?? "").trim();
      if (text !== "") put(tree, `training.${layer}.${field}`, readText(kind, text));
    }
  return tree as SettingsInput;
}
