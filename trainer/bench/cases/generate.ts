/** K samples of one prompt: ours, transformers' generate, and llama.cpp on the quantised file as a remark. */
import { loadTokenizer } from "../../data/tokenizer";
import { runChild } from "../child";
import { OURS, type OurName, type Precision } from "../contenders";
import type { BenchContext } from "../context";
import { comparisonFields, medianOf, rounded } from "../figures";
import { bothRan, type Contender, interleave, type Kept } from "../rounds";

interface GenerationResult {
  seconds: number;
  tokens: number;
  peakRssMib: number;
}

export interface GenerateCaseOptions {
  ours: readonly OurName[];
  samples: number;
  tokens: number;
  /** The GGUF file for llama.cpp; null leaves it out. */
  gguf: string | null;
}

const LLAMA_CPP = "llama.cpp-q4";
const PROMPT =
  "What should a person think about before they lend a friend money, and how do they say no without a quarrel?";

const peerName = (precision: Precision) => `transformers-${precision === "float32" ? "f32" : "bf16"}`;
const speed = ({ result }: Kept<GenerationResult>) => result.tokens / result.seconds;

async function contendersOf(
  context: BenchContext,
  options: GenerateCaseOptions,
): Promise<Contender<GenerationResult>[]> {
  const { models, directory, threads, signal } = context;
  const tokenizer = await loadTokenizer(models.languageModel);
  const promptIds = tokenizer.encodeChat([{ role: "user", content: PROMPT }], { addGenerationPrompt: true });
  const { samples, tokens, ours, gguf } = options;
  const shared = { model: models.languageModel, promptIds, samples, tokens, threads };
  const { python } = await context.peer();
  const contender = (name: string, file: string, request: Record<string, unknown>): Contender<GenerationResult> => ({
    name,
    run: () => runChild<GenerationResult>({ name, file, python, threads, request }, directory, signal),
  });
  const precisions = [...new Set(ours.map((name) => OURS[name].precision))];
  return [
    ...precisions.map((precision) => contender(peerName(precision), "peer/generate.py", { ...shared, precision })),
    ...ours.map((name) => contender(name, "ours/generate.ts", { ...shared, ...OURS[name] })),
    // With a thread per core llama.cpp collapses as soon as anything else runs.
    ...(gguf === null
      ? []
      : [contender(LLAMA_CPP, "ours/llama-cpp.ts", { ...shared, file: gguf, threads: Math.max(1, threads - 1) })]),
  ];
}

export async function generateCase(context: BenchContext, options: GenerateCaseOptions): Promise<boolean> {
  const kept = await interleave(await contendersOf(context, options), context.rounds, (run) =>
    context.report(`round ${run.round + 1}: ${run.contender} ${speed(run).toFixed(1)} tokens/s`),
  );
  const llamaCpp = bothRan(kept, LLAMA_CPP, LLAMA_CPP) ? rounded(medianOf(kept, LLAMA_CPP, speed)) : null;
  for (const name of options.ours) {
    const peer = peerName(OURS[name].precision);
    if (!bothRan(kept, name, peer)) continue;
    context.emit({
      case: "generate",
      size: context.models.size,
      ours: name,
      peer,
      unit: "tokens/s",
      samples: options.samples,
      tokens: options.tokens,
      goal: context.models.size === "smollm2" ? 1 : null,
      ...comparisonFields(kept, name, peer, speed),
      llamaCppPerSecond: llamaCpp,
    });
  }
  return true;
}
