/** Which settings the form offers and how its texts become settings again. Bounds follow lib/domain/project-settings.ts. */

import type { z } from "zod";
import { ENGINE_NAMES, MARGIN_TABLES, type projectSettingsSchema } from "@/lib/domain/project-settings";

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
} as const satisfies Record<string, readonly NumberField[]>;

/** Fields of a training layer; empty = not overridden. */
export const TRAINING_NUMBERS: readonly NumberField[] = [
  real("epochs", 0),
  whole("pairsPerStep", 1),
  whole("pairsPerMicroBatch", 1),
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
  real("otherShare", 0, 1),
  whole("evaluateEverySteps", 1),
  whole("checkpointEverySteps", 1),
  whole("stepsMax", 1),
  whole("seed", 0),
];
export const TRAINING_CHOICES = { engine: ENGINE_NAMES, marginTable: MARGIN_TABLES } as const;

type Tree = { [key: string]: number | string | Tree };

function put(tree: Tree, name: string, value: number | string): void {
  const keys = name.split(".");
  const last = keys.pop() as string;
  let place = tree;
  for (const key of keys) {
    const next = place[key];
    if (typeof next === "object") place = next;
    else {
      const made: Tree = {};
      place[key] = made;
      place = made;
    }
  }
  place[last] = value;
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
    if (text !== "") put(tree, name, text);
  }
  return tree as SettingsInput;
}
