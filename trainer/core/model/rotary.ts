/**
 * Rotary position tables as transformers computes them, for every scaling that it offers Llama, Mistral and Qwen models and
 * that does not depend on the row's length. Every step is rounded to 32 bits where transformers works in 32-bit tensors, and
 * kept wide where it works in Python floats, so the tables agree to the last bits.
 */
import { z } from "zod";

/** Llama 3.1: low frequencies are stretched by `factor`, high ones kept, those between blended. */
interface Llama3Scaling {
  type: "llama3";
  factor: number;
  lowFrequencyFactor: number;
  highFrequencyFactor: number;
  originalPositionsMax: number;
}

/** YaRN (arXiv 2309.00071), with the attention factor folded into the tables as transformers does. */
interface YarnScaling {
  type: "yarn";
  factor: number;
  originalPositionsMax: number;
  betaFast: number;
  betaSlow: number;
  attentionFactor: number;
  truncate: boolean;
}

/** `dynamic` changes nothing within `max_position_embeddings`, which is as far as a row may reach here. */
export type RopeScaling =
  | { type: "linear"; factor: number }
  | { type: "dynamic"; factor: number }
  | Llama3Scaling
  | YarnScaling;

/** The part of ModelConfig that the tables depend on. */
export interface RotarySettings {
  /** Even: the two halves of a head are rotated against each other. */
  headDim: number;
  ropeTheta: number;
  /** Null for plain RoPE. */
  ropeScaling: RopeScaling | null;
}

const f = Math.fround;

/** [headDim / 2] frequencies before any scaling. */
function plainFrequencies({ headDim, ropeTheta }: RotarySettings): Float32Array {
  return Float32Array.from({ length: headDim / 2 }, (_, i) => 1 / f(ropeTheta ** f((2 * i) / headDim)));
}

function llama3Frequency(frequency: number, scaling: Llama3Scaling): number {
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalPositionsMax: original } = scaling;
  const wavelength = f(f(2 * Math.PI) / frequency);
  if (wavelength > original / low) return f(frequency / factor);
  if (wavelength < original / high) return frequency;
  const smooth = f(f(f(original / wavelength) - low) / (high - low));
  return f(f(f(f(1 - smooth) * frequency) / factor) + f(smooth * frequency));
}

/** The dimension at which a frequency turns `rotations` times over the original context. */
function yarnDimension(rotations: number, settings: RotarySettings, original: number): number {
  return (settings.headDim * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(settings.ropeTheta));
}

function yarnFrequencies(settings: RotarySettings, scaling: YarnScaling): Float32Array {
  const round = scaling.truncate ? { low: Math.floor, high: Math.ceil } : { low: Number, high: Number };
  const low = Math.max(round.low(yarnDimension(scaling.betaFast, settings, scaling.originalPositionsMax)), 0);
  const reach = round.high(yarnDimension(scaling.betaSlow, settings, scaling.originalPositionsMax));
  const high = Math.min(reach, settings.headDim - 1);
  const width = low === high ? 0.001 : high - low;
  return Float32Array.from({ length: settings.headDim / 2 }, (_, i) => {
    const base = f(settings.ropeTheta ** f((2 * i) / settings.headDim));
    const kept = f(1 - Math.min(Math.max(f(f(i - low) / width), 0), 1));
    return f(f(1 / f(scaling.factor * base)) * f(1 - kept)) + f(f(1 / base) * kept);
  });
}

/** [headDim / 2] angles per position. */
export function rotaryFrequencies(settings: RotarySettings): Float32Array {
  const scaling = settings.ropeScaling;
  switch (scaling?.type) {
    case "linear":
      return plainFrequencies(settings).map((frequency) => frequency / scaling.factor);
    case "llama3":
      return plainFrequencies(settings).map((frequency) => llama3Frequency(frequency, scaling));
    case "yarn":
      return yarnFrequencies(settings, scaling);
    default:
      return plainFrequencies(settings);
  }
}

/** cos and sin, [positions.length * headDim] each, both halves of a head alike. */
export function rotaryTables(
  positions: Int32Array,
  settings: RotarySettings,
): { cos: Float32Array; sin: Float32Array } {
  const { headDim } = settings;
  const half = headDim / 2;
  const frequencies = rotaryFrequencies(settings);
  const scale = settings.ropeScaling?.type === "yarn" ? settings.ropeScaling.attentionFactor : 1;
  const cos = new Float32Array(positions.length * headDim);
  const sin = new Float32Array(positions.length * headDim);
  positions.forEach((position, token) => {
    for (let i = 0; i < half; i += 1) {
      const angle = f(position * frequencies[i]!);
      const at = token * headDim + i;
      cos[at] = cos[at + half] = f(Math.cos(angle)) * scale;
      sin[at] = sin[at + half] = f(Math.sin(angle)) * scale;
    }
  });
  return { cos, sin };
}

const positive = z.number().positive();

/** `rope_scaling` (transformers 4) or `rope_parameters` (5) of a `config.json`. */
export const ropeParametersSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: positive.optional(),
  factor: positive.nullish(),
  low_freq_factor: positive.nullish(),
  high_freq_factor: positive.nullish(),
  original_max_position_embeddings: positive.nullish(),
  partial_rotary_factor: positive.nullish(),
  attention_factor: positive.nullish(),
  beta_fast: positive.nullish(),
  beta_slow: positive.nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  truncate: z.boolean().nullish(),
});
export type RopeParameters = z.infer<typeof ropeParametersSchema>;

function yarnMagnitude(scale: number, weight = 1): number {
  return scale <= 1 ? 1 : 0.1 * weight * Math.log(scale) + 1;
}

function yarnAttentionFactor(parameters: RopeParameters, factor: number): number {
  const { attention_factor: given, mscale, mscale_all_dim: all } = parameters;
  if (given != null) return given;
  return mscale && all ? yarnMagnitude(factor, mscale) / yarnMagnitude(factor, all) : yarnMagnitude(factor);
}

/**
 * Reads a scaling; null is plain RoPE. An absent original length is `max_position_embeddings`, as in transformers. `fail` is
 * called with what is missing or not computed here.
 */
export function parseRopeScaling(
  parameters: RopeParameters,
  declaredPositionsMax: number,
  fail: (message: string) => never,
): RopeScaling | null {
  const type = parameters.rope_type ?? parameters.type ?? "default";
  const needed = (key: "factor" | "low_freq_factor" | "high_freq_factor") =>
    parameters[key] ?? fail(`RoPE of type "${type}" needs ${key}`);
  const originalPositionsMax = parameters.original_max_position_embeddings ?? declaredPositionsMax;
  if ((parameters.partial_rotary_factor ?? 1) !== 1) fail("partial_rotary_factor is not supported");
  switch (type) {
    case "default":
      return null;
    case "linear":
    case "dynamic":
      return { type, factor: needed("factor") };
    case "llama3": {
      const [low, high] = [needed("low_freq_factor"), needed("high_freq_factor")];
      if (high <= low) fail(`RoPE of type "llama3" has high_freq_factor ${high}, not above low_freq_factor ${low}`);
      return {
        type,
        factor: needed("factor"),
        lowFrequencyFactor: low,
        highFrequencyFactor: high,
        originalPositionsMax,
      };
    }
    case "yarn": {
      const factor = parameters.factor ?? declaredPositionsMax / originalPositionsMax;
      return {
        type,
        factor,
        originalPositionsMax,
        betaFast: parameters.beta_fast ?? 32,
        betaSlow: parameters.beta_slow ?? 1,
        attentionFactor: yarnAttentionFactor(parameters, factor),
        truncate: parameters.truncate ?? true,
      };
    }
    default:
      return fail(`RoPE of type "${type}" is not supported (default, linear, dynamic, llama3 and yarn are)`);
  }
}

/** The scaling under `config.json`'s names, without theta; `{ rope_type: "default" }` for none. */
export function ropeScalingJson(scaling: RopeScaling | null): Record<string, unknown> {
  switch (scaling?.type) {
    case "linear":
    case "dynamic":
      return { rope_type: scaling.type, factor: scaling.factor };
    case "llama3":
      return {
        rope_type: "llama3",
        factor: scaling.factor,
        low_freq_factor: scaling.lowFrequencyFactor,
        high_freq_factor: scaling.highFrequencyFactor,
        original_max_position_embeddings: scaling.originalPositionsMax,
      };
    case "yarn":
      return {
        rope_type: "yarn",
        factor: scaling.factor,
        original_max_position_embeddings: scaling.originalPositionsMax,
        beta_fast: scaling.betaFast,
        beta_slow: scaling.betaSlow,
        attention_factor: scaling.attentionFactor,
        truncate: scaling.truncate,
      };
    default:
      return { rope_type: "default" };
  }
}
