/**
 * A probe on disk: the lower layers of its frozen model as a Hugging Face directory, `probe.safetensors` (the head) and `probe.json`
 * (where the head reads, and how it was chosen). Our own layout: transformers loads the same rewards only where the probe reads the
 * last token after the last layer's norm, which is what a `*ForSequenceClassification` does. Then the directory is one as well; its
 * bias is left out there, which cancels between two responses.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeDirectoryAtomic } from "../core/atomic-file";
import {
  CheckpointError,
  type LoadedModel,
  loadModelDirectory,
  saveLanguageModelDirectory,
  saveRewardModelDirectory,
} from "../core/checkpoint-directory";
import { LANGUAGE_MODEL_HEAD, REWARD_HEAD } from "../core/model/parameters";
import { bodyTensorShapes, type ModelConfig } from "../core/model-config";
import { type HostTensor, readSafetensors, writeSafetensors } from "../core/safetensors";
import { taskSchema } from "../format/pair";
import type { ProbeHead } from "./probe-head";
import { POOLINGS, type ProbeSite, type SiteResult } from "./probe-site";
import { writeJson } from "./run-directory";

const PROBE_FILE = "probe.json";
const HEAD_FILE = "probe.safetensors";

const siteResultSchema = z.object({
  block: z.number().int().positive(),
  pooling: z.enum(POOLINGS),
  l2: z.number(),
  logLoss: z.number(),
  accuracy: z.number(),
});

const nestedSchema = z.object({
  accuracy: z.number(),
  low: z.number(),
  high: z.number(),
  logLoss: z.number(),
  pairs: z.number().int(),
  chosen: z.array(z.object({ block: z.number().int(), pooling: z.enum(POOLINGS), l2: z.number() })),
});

const probeFileSchema = z.object({
  format: z.literal("pairwright.probe/1"),
  task: taskSchema,
  /** The head reads the states after so many layers; after all of the model's own, the final norm is included. */
  block: z.number().int().positive(),
  pooling: z.enum(POOLINGS),
  finalNorm: z.boolean(),
  hiddenSize: z.number().int().positive(),
  /** Layers of the whole model; the directory holds the first `block`. */
  modelLayers: z.number().int().positive(),
  l2: z.number(),
  /** Of the parts of the reward, see `probe-head.ts`. */
  scales: z.object({ ranking: z.number(), safety: z.number() }),
  crossValidation: z.object({
    folds: z.number().int(),
    pairs: z.number().int(),
    sites: z.array(siteResultSchema),
    /** What to expect on new prompts, see `probe-nested.ts`; null where it was not asked for. */
    nested: nestedSchema.nullable(),
  }),
  safetyAccuracy: z.number().nullable(),
});
export type ProbeFile = z.infer<typeof probeFileSchema>;

export interface Probe {
  facts: ProbeFile;
  weights: Float32Array;
  bias: number;
}

/** Whether `*ForSequenceClassification` computes the same. */
export function isExportable({ block, pooling }: ProbeSite, config: ModelConfig): boolean {
  return pooling === "last" && block === config.layerCount;
}

function vector(values: ArrayLike<number>): HostTensor {
  return { shape: [values.length], data: Float32Array.from(values) };
}

function headTensors({ reward, ranking, safety }: ProbeHead): Map<string, HostTensor> {
  const parts = Object.entries({ reward, ranking, ...(safety === null ? {} : { safety }) });
  return new Map(
    parts.flatMap(([name, head]) => [
      [`${name}.weight`, vector(head.weights)] as const,
      [`${name}.bias`, vector([head.bias])] as const,
    ]),
  );
}

/** Whether no value would change in bfloat16: then half the bytes hold the same model. */
function fitsBfloat(tensors: ReadonlyMap<string, HostTensor>): boolean {
  for (const { data } of tensors.values()) {
    const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
    for (let i = 0; i < bits.length; i += 1) if (((bits[i] as number) & 0xffff) !== 0) return false;
  }
  return true;
}

/** The layers that the probe needs, with tied embeddings so that no head has to be stored. */
function lowerLayers({ config, tensors }: LoadedModel, block: number) {
  const lower: ModelConfig = { ...config, layerCount: block, tiedEmbeddings: true };
  const kept = new Map<string, HostTensor>();
  for (const name of bodyTensorShapes(lower).keys()) {
    const tensor = tensors.get(name);
    if (tensor) kept.set(name, tensor);
  }
  return { config: lower, tensors: kept };
}

export interface SaveProbe {
  base: LoadedModel;
  facts: ProbeFile;
  head: ProbeHead;
  files: ReadonlyMap<string, string>;
}

export async function saveProbeDirectory(directory: string, { base, facts, head, files }: SaveProbe): Promise<void> {
  const { config, tensors } = lowerLayers(base, facts.block);
  const options = { files, config: { pairwright_probe: PROBE_FILE } };
  await writeDirectoryAtomic(directory, async (temporary) => {
    if (isExportable(facts, base.config)) {
      const score = { shape: [1, config.hiddenSize], data: Float32Array.from(head.reward.weights) };
      await saveRewardModelDirectory(
        temporary,
        config,
        new Map(tensors).set(REWARD_HEAD, score),
        base.tokenizerFiles,
        options,
      );
    } else {
      const dtype = fitsBfloat(tensors) ? "BF16" : "F32";
      await saveLanguageModelDirectory(temporary, config, tensors, base.tokenizerFiles, { ...options, dtype });
    }
    await writeSafetensors(path.join(temporary, HEAD_FILE), headTensors(head));
    await writeJson(path.join(temporary, PROBE_FILE), facts);
  });
}

/** Whether the weights of a loaded directory are to be put in place as a reward model's or a language model's. */
export function headKindOf(tensors: ReadonlyMap<string, HostTensor>): "reward" | "language-model" {
  return tensors.has(REWARD_HEAD) && !tensors.has(LANGUAGE_MODEL_HEAD) ? "reward" : "language-model";
}

/** The probe of a directory, or null when it holds none. Errors: CheckpointError naming the file. */
export async function readProbe(directory: string): Promise<Probe | null> {
  const file = path.join(directory, PROBE_FILE);
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return null;
    throw new CheckpointError(file, null, cause.message);
  });
  if (text === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(file, null, `not JSON: ${(cause as Error).message}`);
  }
  const parsed = probeFileSchema.safeParse(json);
  if (!parsed.success)
    throw new CheckpointError(
      file,
      null,
      parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; "),
    );
  const headFile = path.join(directory, HEAD_FILE);
  const { tensors } = await readSafetensors(headFile);
  const read = (name: string, size: number): Float32Array => {
    const tensor = tensors.get(name);
    if (tensor?.shape.join() !== `${size}` || !tensor.data.every(Number.isFinite))
      throw new CheckpointError(headFile, name, `is missing or is not ${size} finite numbers`);
    return tensor.data;
  };
  const [bias] = read("reward.bias", 1);
  return { facts: parsed.data, weights: read("reward.weight", parsed.data.hiddenSize), bias: bias as number };
}

/** A model that is whole: a probe's directory holds only the layers it reads. Errors: CheckpointError, also for a probe. */
export async function loadWholeModel(target: string): Promise<LoadedModel> {
  if ((await readProbe(target)) !== null)
    throw new CheckpointError(target, null, "is a probe with the lower layers of its model: name the model itself");
  return loadModelDirectory(target);
}

/** For messages and metrics. */
export function describeSite({ block, pooling }: Pick<SiteResult, "block" | "pooling">): string {
  return `block ${block}, ${pooling === "last" ? "last token" : "mean over the answer"}`;
}
