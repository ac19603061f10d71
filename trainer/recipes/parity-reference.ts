/**
 * Reads a directory of reference numbers made with PyTorch and transformers: `<case>.json` with the numbers, `<case>.safetensors`
 * with the weights, and optionally `<case>.config.json`. A case is a reward model (it has `pairs`) or a language model (it has `prompt`).
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { type ModelConfig, parseModelConfig } from "../core/model-config";
import { type HostTensor, readSafetensors } from "../core/safetensors";

const numbers = z.array(z.number());
const rewardsSchema = z.object({ chosen: numbers, rejected: numbers });
const lossSchema = z.object({
  loss: z.number(),
  grad_norm_total: z.number(),
  grad_norm: z.record(z.string(), z.number()),
  grad_head: z.record(z.string(), numbers),
  grad_embed_row: z.object({ row: z.number().int(), values: numbers }),
  grad_score: numbers,
});
const weightSchema = z.object({ sum: z.number(), sumsq: z.number(), head: numbers, tail: numbers });
const stepSchema = z.object({
  step: z.number().int(),
  loss_before: z.number(),
  grad_norm_before_clip: z.number(),
  rewards_after: rewardsSchema.optional(),
  weights_after: z.record(z.string(), weightSchema).optional(),
});

const rewardCaseSchema = z.object({
  case: z.string(),
  pairs: z.array(
    z.object({ chosen: z.array(z.number().int()), rejected: z.array(z.number().int()), margin: z.number() }),
  ),
  rewards: rewardsSchema,
  /** Keys: `no_margin`, `margin`, `margin_center_<c>`. */
  losses: z.record(z.string(), lossSchema),
  adamw: z.object({
    lr: z.number(),
    weight_decay: z.number(),
    betas: z.tuple([z.number(), z.number()]),
    eps: z.number(),
    grad_clip: z.number(),
    steps: z.array(stepSchema),
  }),
});
const languageCaseSchema = z.object({
  case: z.string(),
  prompt: z.array(z.number().int()),
  greedy_24: z.array(z.number().int()),
  logits_first4_every_position: z.array(numbers),
  argmax_every_position: z.array(z.number().int()),
  logits_last_first32: numbers,
  logprob_of_prompt: z.number(),
});
const anyCaseSchema = z.looseObject({
  config: z.record(z.string(), z.unknown()).optional(),
  rope_theta: z.number().optional(),
  tie_word_embeddings: z.boolean().optional(),
});

export type RewardCase = z.infer<typeof rewardCaseSchema>;
export type LanguageCase = z.infer<typeof languageCaseSchema>;
export type LossReference = z.infer<typeof lossSchema>;

export interface ReferenceCase {
  name: string;
  config: ModelConfig;
  tensors: Map<string, HostTensor>;
  reward: RewardCase | null;
  language: LanguageCase | null;
}

export class ParityReferenceError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ParityReferenceError";
  }
}

async function readJson(file: string): Promise<Record<string, unknown> | null> {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return null;
    throw cause;
  });
  if (text === null) return null;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new ParityReferenceError(`${file}: not JSON: ${(cause as Error).message}`);
  }
}

/** The case's own configuration file, else its `config` block, else the block of another case in the directory (same architecture). */
async function configOf(
  directory: string,
  name: string,
  content: Record<string, unknown>,
  fallback: Record<string, unknown> | null,
) {
  const file = path.join(directory, `${name}.config.json`);
  const own = await readJson(file);
  const loose = anyCaseSchema.parse(content);
  const base = own ?? loose.config ?? fallback;
  if (base === null)
    throw new ParityReferenceError(`${name}: neither ${name}.config.json nor a "config" block says the model's shape`);
  const merged: Record<string, unknown> = { ...base, architectures: base.architectures ?? ["LlamaForCausalLM"] };
  if (loose.rope_theta !== undefined) {
    merged.rope_theta = loose.rope_theta;
    merged.rope_parameters = undefined;
  }
  if (loose.tie_word_embeddings !== undefined) merged.tie_word_embeddings = loose.tie_word_embeddings;
  return { config: parseModelConfig(own ? file : `${name}.json`, merged), base };
}

function parseCase<T>(schema: z.ZodType<T>, file: string, content: unknown): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ParityReferenceError(`${file}: ${issue?.path.join(".")}: ${issue?.message}`);
}

/** All cases of a directory, reward cases first. Throws ParityReferenceError. */
export async function readReference(directory: string): Promise<ReferenceCase[]> {
  const entries = await readdir(directory).catch((cause: NodeJS.ErrnoException) => {
    throw new ParityReferenceError(`${directory}: ${cause.code === "ENOENT" ? "no such directory" : cause.message}`);
  });
  const files: { name: string; content: Record<string, unknown> }[] = [];
  for (const entry of entries.sort()) {
    if (!entry.endsWith(".json") || entry.endsWith(".config.json")) continue;
    const content = await readJson(path.join(directory, entry));
    if (content) files.push({ name: entry.slice(0, -".json".length), content });
  }
  files.sort((a, b) => Number("pairs" in b.content) - Number("pairs" in a.content));
  const cases: ReferenceCase[] = [];
  let fallback: Record<string, unknown> | null = null;
  for (const { name, content } of files) {
    const reward = "pairs" in content ? parseCase(rewardCaseSchema, `${name}.json`, content) : null;
    const language = "prompt" in content ? parseCase(languageCaseSchema, `${name}.json`, content) : null;
    if (reward === null && language === null) continue;
    const { config, base } = await configOf(directory, name, content, fallback);
    fallback ??= base;
    const { tensors } = await readSafetensors(path.join(directory, `${name}.safetensors`));
    cases.push({ name, config, tensors, reward, language });
  }
  if (cases.length === 0)
    throw new ParityReferenceError(`${directory}: no reference case (a .json with "pairs" or "prompt")`);
  return cases;
}
