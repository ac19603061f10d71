/**
 * Features of training pairs at every site of a frozen model, from one forward pass over packed pairs. They are computed in chunks
 * that are kept on disk, so that a stopped run goes on where it was and a repeated one starts from them.
 */
import { createHash } from "node:crypto";
import { access, mkdir } from "node:fs/promises";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { microBatches } from "../core/model/packing";
import type { LlamaModel } from "../core/model/parameters";
import type { TokenRow } from "../core/model/token-tree";
import { type HostTensor, readSafetensors, writeSafetensors } from "../core/safetensors";
import { withDiskErrors } from "./errors";
import { pooledStates } from "./probe-pooling";
import { POOLINGS, type Pooling, type ProbeSite } from "./probe-site";

/** Chosen and rejected, in this order. */
export interface ProbePair {
  rows: readonly [TokenRow, TokenRow];
  answerStarts: readonly [number, number];
}

export interface FeatureOptions {
  model: LlamaModel;
  /** Blocks to read, ascending. */
  blocks: readonly number[];
  /** Also keep what single responses look like; without it only their differences and their mean. */
  withResponses: boolean;
  tokensPerMicroBatch: number;
  /** Where chunks are kept. */
  directory: string;
  /** Hash of whatever decides the model's numbers: weights, engine, precision. */
  modelFingerprint: string;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number, fromDisk: boolean) => void) | undefined;
}

export interface ProbeFeatures {
  pairs: number;
  features: number;
  sites: ProbeSite[];
  /** Chosen minus rejected, [pairs, features]. */
  differences(site: ProbeSite): Float32Array;
  /** Chosen and rejected in turn, [2 pairs, features]. Only with `withResponses`. */
  responses(site: ProbeSite): Float32Array;
  /** Over all responses. */
  mean(site: ProbeSite): Float64Array;
}

const PAIRS_PER_CHUNK = 256;
const FORMAT = "pairwright.features/1";

type Chunk = Map<string, HostTensor>;
const nameOf = (kind: string, { block, pooling }: ProbeSite) => `${kind}.${block}.${pooling}`;

function keyOf(pairs: readonly ProbePair[], options: FeatureOptions): string {
  const hash = createHash("sha256").update(FORMAT).update(options.modelFingerprint);
  hash.update(JSON.stringify([options.blocks, options.withResponses, PAIRS_PER_CHUNK]));
  for (const { rows, answerStarts } of pairs) hash.update(JSON.stringify([rows, answerStarts]));
  return hash.digest("hex").slice(0, 24);
}

function emptyChunk(sites: readonly ProbeSite[], pairs: number, features: number, withResponses: boolean): Chunk {
  const chunk: Chunk = new Map();
  const add = (name: string, shape: number[]) =>
    chunk.set(name, { shape, data: new Float32Array(shape.reduce((size, side) => size * side, 1)) });
  for (const site of sites) {
    add(nameOf("difference", site), [pairs, features]);
    add(nameOf("mean", site), [features]);
    if (withResponses) add(nameOf("midpoint", site), [pairs, features]);
  }
  return chunk;
}

const dataOf = (chunk: Chunk, kind: string, site: ProbeSite): Float32Array => {
  const tensor = chunk.get(nameOf(kind, site));
  if (tensor === undefined) throw new RangeError(`the features have no ${nameOf(kind, site)}`);
  return tensor.data;
};

/** Puts one pair's two pooled states where they belong. */
function store(chunk: Chunk, site: ProbeSite, pair: number, chosen: Float32Array, rejected: Float32Array): void {
  const features = chosen.length;
  const difference = dataOf(chunk, "difference", site);
  const mean = dataOf(chunk, "mean", site);
  const midpoint = chunk.get(nameOf("midpoint", site))?.data;
  const pairs = difference.length / features;
  for (let i = 0; i < features; i += 1) {
    const [a, b] = [chosen[i] as number, rejected[i] as number];
    difference[pair * features + i] = a - b;
    if (midpoint) midpoint[pair * features + i] = (a + b) / 2;
    mean[i] = (mean[i] as number) + (a + b) / (2 * pairs);
  }
}

interface Numbered extends ProbePair {
  index: number;
}

async function computeGroup(chunk: Chunk, group: readonly Numbered[], options: FeatureOptions): Promise<void> {
  const { model, blocks } = options;
  const states = tf.tidy(() => {
    const found = pooledStates(model, group, blocks, POOLINGS);
    return tf.stack(blocks.map((block) => found.get(block) as tf.Tensor2D)) as tf.Tensor3D;
  });
  const values = (await states.data()) as Float32Array;
  states.dispose();
  const features = model.config.hiddenSize;
  const rows = 2 * group.length;
  blocks.forEach((block, b) => {
    POOLINGS.forEach((pooling: Pooling, p) => {
      group.forEach(({ index }, pair) => {
        const at = ((b * POOLINGS.length + p) * rows + 2 * pair) * features;
        const side = (which: number) => values.subarray(at + which * features, at + (which + 1) * features);
        store(chunk, { block, pooling }, index, side(0), side(1));
      });
    });
  });
}

function sitesOf(blocks: readonly number[]): ProbeSite[] {
  return blocks.flatMap((block) => POOLINGS.map((pooling) => ({ block, pooling })));
}

async function isFile(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function assemble(chunks: readonly Chunk[], pairs: number, features: number, sites: ProbeSite[]): ProbeFeatures {
  const joined = (kind: string, site: ProbeSite): Float32Array => {
    const result = new Float32Array(pairs * features);
    let at = 0;
    for (const chunk of chunks) {
      const part = dataOf(chunk, kind, site);
      result.set(part, at);
      at += part.length;
    }
    return result;
  };
  return {
    pairs,
    features,
    sites,
    differences: (site) => joined("difference", site),
    responses: (site) => {
      const [midpoint, difference] = [joined("midpoint", site), joined("difference", site)];
      const result = new Float32Array(2 * pairs * features);
      for (let i = 0; i < midpoint.length; i += 1) {
        const at = Math.floor(i / features) * 2 * features + (i % features);
        const half = (difference[i] as number) / 2;
        result[at] = (midpoint[i] as number) + half;
        result[at + features] = (midpoint[i] as number) - half;
      }
      return result;
    },
    mean: (site) => {
      const mean = new Float64Array(features);
      for (const chunk of chunks) {
        const share = dataOf(chunk, "difference", site).length / features / pairs;
        dataOf(chunk, "mean", site).forEach((value, i) => {
          mean[i] = (mean[i] as number) + share * value;
        });
      }
      return mean;
    },
  };
}

/** Reads the chunks that are there and computes the rest. Errors: the signal's reason; CheckpointError for a damaged chunk. */
export async function probeFeatures(pairs: readonly ProbePair[], options: FeatureOptions): Promise<ProbeFeatures> {
  const { model, blocks, withResponses, signal } = options;
  const sites = sitesOf(blocks);
  const features = model.config.hiddenSize;
  const directory = path.join(options.directory, keyOf(pairs, options));
  await withDiskErrors(directory, () => mkdir(directory, { recursive: true }));
  const chunks: Chunk[] = [];
  for (let start = 0; start < pairs.length; start += PAIRS_PER_CHUNK) {
    const part = pairs.slice(start, start + PAIRS_PER_CHUNK);
    const file = path.join(directory, `pairs-${String(start).padStart(7, "0")}.safetensors`);
    const known = await isFile(file);
    const chunk = known
      ? (await readSafetensors(file)).tensors
      : emptyChunk(sites, part.length, features, withResponses);
    if (!known) {
      let done = 0;
      const numbered = part.map((pair, index): Numbered => ({ ...pair, index }));
      for (const group of microBatches(numbered, options.tokensPerMicroBatch)) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
        await computeGroup(chunk, group, options);
        done += group.length;
        options.onProgress?.(start + done, pairs.length, false);
      }
      await withDiskErrors(file, () => writeSafetensors(file, chunk));
    } else options.onProgress?.(start + part.length, pairs.length, true);
    chunks.push(chunk);
  }
  return assemble(chunks, pairs.length, features, sites);
}
