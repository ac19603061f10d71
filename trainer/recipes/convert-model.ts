/**
 * Writes a model in another form: half precision, other shards, a GGUF file as a Hugging Face directory, and a reward model that
 * pads with its end of text with a pad that ends no turn.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import {
  CheckpointError,
  isGgufFile,
  saveLanguageModelDirectory,
  saveRewardModelDirectory,
} from "../core/checkpoint-directory";
import { ModelError } from "../core/model/parameters";
import { isRewardArchitecture } from "../core/model-config";
import type { WeightDtype } from "../core/safetensors";
import { TOKENIZER_FILES } from "../core/tokenizer-files";
import { loadWholeModel, readProbe } from "./probe-directory";

export const STORED_AS = { float32: "F32", float16: "F16", bfloat16: "BF16" } as const satisfies Record<
  string,
  WeightDtype
>;
export type StoredAs = keyof typeof STORED_AS;

export interface ConvertOptions {
  /** A model directory or a .gguf file. */
  modelDirectory: string;
  /** Must not exist yet. */
  out: string;
  storedAs?: StoredAs;
  /** A file of weights holds at most this many bytes. */
  shardBytesMax?: number;
}

export interface ConvertedModel {
  directory: string;
  architecture: string;
  storedAs: StoredAs;
}

/** Notes that came with the model (its run, its lineage), which conversion does not change. */
async function notesBeside(directory: string): Promise<Map<string, string>> {
  const written = new Set<string>(["config.json", "model.safetensors.index.json", ...TOKENIZER_FILES]);
  const names = (await readdir(directory)).filter((name) => name.endsWith(".json") && !written.has(name));
  const texts = names.map(
    async (name): Promise<[string, string]> => [name, await readFile(path.join(directory, name), "utf8")],
  );
  return new Map(await Promise.all(texts));
}

/** Errors: CheckpointError; ModelError for a probe, whose layout nothing else reads. */
export async function convertModel(options: ConvertOptions): Promise<ConvertedModel> {
  const { modelDirectory, out, storedAs = "float32" } = options;
  const taken = await stat(out).then(
    () => true,
    () => false,
  );
  if (taken) throw new CheckpointError(out, null, "is there already; name a new directory");
  const gguf = await isGgufFile(modelDirectory);
  if (!gguf && (await readProbe(modelDirectory)) !== null)
    throw new ModelError(`${modelDirectory} is a probe, which has no other form`);
  const { config, tensors, tokenizerFiles } = await loadWholeModel(modelDirectory);
  const save = isRewardArchitecture(config) ? saveRewardModelDirectory : saveLanguageModelDirectory;
  await save(out, config, tensors, tokenizerFiles, {
    dtype: STORED_AS[storedAs],
    ...(options.shardBytesMax === undefined ? {} : { shardBytesMax: options.shardBytesMax }),
    files: gguf ? new Map() : await notesBeside(modelDirectory),
  });
  return { directory: out, architecture: config.architecture, storedAs };
}
