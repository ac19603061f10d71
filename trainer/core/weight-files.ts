/**
 * The weights of a model directory: one `model.safetensors`, or shards `model-00001-of-00002.safetensors` with an index, as
 * transformers writes and reads them.
 */
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeFileAtomic, writeFully } from "./atomic-file";
import { CheckpointError } from "./checkpoint-error";
import { bytesPerValue, type HostTensor, readSafetensors, type WeightDtype, writeSafetensors } from "./safetensors";

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
/** Weights in Python's pickle format can run code when they are read, so they are not. */
const PICKLED = ["pytorch_model.bin", "pytorch_model.bin.index.json"];

/** A common size of shards on the Hugging Face hub. */
export const SHARD_BYTES_MAX = 5e9;

/** The file's text, or null when there is none. Errors: CheckpointError. */
export async function readTextIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new CheckpointError(file, null, (cause as Error).message);
  }
}

/** Errors: CheckpointError for a missing file or one that is not JSON. */
export async function readJson(file: string): Promise<unknown> {
  const text = await readTextIfThere(file);
  if (text === null) throw new CheckpointError(file, null, "no such file");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(file, null, `not JSON: ${(cause as Error).message.slice(0, 200)}`);
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function missingWeights(directory: string): Promise<CheckpointError> {
  for (const name of PICKLED)
    if (await isThere(path.join(directory, name)))
      return new CheckpointError(
        path.join(directory, SINGLE),
        null,
        `no such file (${name} is not read: save the model as safetensors)`,
      );
  return new CheckpointError(path.join(directory, SINGLE), null, "no such file");
}

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

async function readShards(directory: string, indexFile: string): Promise<Map<string, HostTensor>> {
  const parsed = indexSchema.safeParse(await readJson(indexFile));
  if (!parsed.success) throw new CheckpointError(indexFile, null, "has no weight_map of file names");
  const shardOf = new Map(Object.entries(parsed.data.weight_map));
  const tensors = new Map<string, HostTensor>();
  for (const shard of new Set(shardOf.values())) {
    if (path.basename(shard) !== shard)
      throw new CheckpointError(indexFile, null, `"${shard}" is not a plain file name`);
    const file = path.join(directory, shard);
    for (const [name, tensor] of (await readSafetensors(file)).tensors) {
      if (tensors.has(name)) throw new CheckpointError(file, name, "is also in another shard");
      if (shardOf.has(name) && shardOf.get(name) !== shard)
        throw new CheckpointError(file, name, `is in this shard, the index says ${shardOf.get(name)}`);
      tensors.set(name, tensor);
    }
  }
  for (const name of shardOf.keys())
    if (!tensors.has(name)) throw new CheckpointError(indexFile, name, "is in the index but in no shard");
  return tensors;
}

/** All tensors of a model directory as 32-bit floats. Like transformers, a single file goes before an index. */
export async function readWeights(directory: string): Promise<Map<string, HostTensor>> {
  const single = path.join(directory, SINGLE);
  if (await isThere(single)) return (await readSafetensors(single)).tensors;
  const indexFile = path.join(directory, INDEX);
  if (await isThere(indexFile)) return readShards(directory, indexFile);
  throw await missingWeights(directory);
}

export interface WriteWeightsOptions {
  dtype: WeightDtype;
  /** More bytes than this are split into shards of at most as many (a larger tensor has one to itself). */
  shardBytesMax: number;
}

type Shard = Map<string, HostTensor>;

function planShards(tensors: ReadonlyMap<string, HostTensor>, { dtype, shardBytesMax }: WriteWeightsOptions): Shard[] {
  const shards: Shard[] = [new Map()];
  let filled = 0;
  for (const [name, tensor] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const bytes = tensor.data.length * bytesPerValue(dtype);
    if (filled > 0 && filled + bytes > shardBytesMax) {
      shards.push(new Map());
      filled = 0;
    }
    shards.at(-1)!.set(name, tensor);
    filled += bytes;
  }
  return shards;
}

/** Writes into a directory that is being made (see writeDirectoryAtomic). Errors: CheckpointError. */
export async function writeWeights(
  directory: string,
  tensors: ReadonlyMap<string, HostTensor>,
  options: WriteWeightsOptions,
): Promise<void> {
  const shards = planShards(tensors, options);
  const settings = { dtype: options.dtype, metadata: { format: "pt" } };
  if (shards.length === 1) return writeSafetensors(path.join(directory, SINGLE), tensors, settings);
  const digits = (index: number) => String(index).padStart(5, "0");
  const weightMap: [string, string][] = [];
  let values = 0;
  for (const [index, shard] of shards.entries()) {
    const name = `model-${digits(index + 1)}-of-${digits(shards.length)}.safetensors`;
    await writeSafetensors(path.join(directory, name), shard, settings);
    for (const [tensor, { data }] of shard) {
      weightMap.push([tensor, name]);
      values += data.length;
    }
  }
  const metadata = { total_parameters: values, total_size: values * bytesPerValue(options.dtype) };
  const text = `${JSON.stringify({ metadata, weight_map: Object.fromEntries(weightMap) }, null, 2)}\n`;
  await writeFileAtomic(path.join(directory, INDEX), (handle) => writeFully(handle, Buffer.from(text, "utf8")));
}
