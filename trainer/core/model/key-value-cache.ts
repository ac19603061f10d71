/**
 * Keys and values of earlier tokens, for generation. All samples of a prompt read the prompt's entries, which are there once; each
 * sample's own entries lie in a region of its own behind them, so that what a sample sees is at most two ranges of rows.
 */
import * as tf from "@tensorflow/tfjs-core";
import { ops } from "../../ops";
import type { KeyValueStore } from "../../ops/decoder-layer";
import { type BatchLayout, layOut, layOutNext } from "./layout";
import type { RotarySettings } from "./rotary";
import { growTree } from "./token-tree";

export interface KeyValueCache {
  promptTokens: number;
  /** Tokens of each sample so far. */
  lengths: number[];
  /** Rows kept for each sample. */
  room: number;
  /** Per layer [promptTokens + lengths.length * room, Hk, D]. */
  layers: { keys: tf.Tensor3D; values: tf.Tensor3D }[];
}

/** A region's first size; it doubles when it is full, so that each row is moved a few times at most. */
const ROOM_FIRST = 16;

export function createKeyValueCache(samples = 1): KeyValueCache {
  return { promptTokens: 0, lengths: Array.from({ length: samples }, () => 0), room: 0, layers: [] };
}

export function disposeKeyValueCache(cache: KeyValueCache): void {
  for (const { keys, values } of cache.layers) tf.dispose([keys, values]);
  cache.layers = [];
  cache.promptTokens = 0;
  cache.lengths.fill(0);
  cache.room = 0;
}

/** The prompt's tokens, for an empty cache. */
export function layOutPrompt(cache: KeyValueCache, ids: readonly number[], rotary: RotarySettings): BatchLayout {
  cache.promptTokens = ids.length;
  const layout = layOut([growTree([ids])], rotary);
  return { ...layout, cacheRows: ids.map((_, row) => row) };
}

/** Moves every sample's rows to the start of a region twice as large. */
function grow(cache: KeyValueCache): void {
  const { promptTokens, lengths, room } = cache;
  const next = room === 0 ? ROOM_FIRST : room * 2;
  // Rows that hold nothing yet are filled with row 0, which nothing reads.
  const rows = new Int32Array(promptTokens + lengths.length * next);
  for (let row = 0; row < promptTokens; row += 1) rows[row] = row;
  lengths.forEach((length, sample) => {
    for (let at = 0; at < length; at += 1) rows[promptTokens + sample * next + at] = promptTokens + sample * room + at;
  });
  const index = tf.tensor1d(rows, "int32");
  cache.layers = cache.layers.map(({ keys, values }) => {
    const moved = { keys: tf.keep(tf.gather(keys, index)), values: tf.keep(tf.gather(values, index)) };
    tf.dispose([keys, values]);
    return moved;
  });
  index.dispose();
  cache.room = next;
}

/** One more token for each of some samples. */
export function layOutSamples(
  cache: KeyValueCache,
  tokens: readonly { sample: number; id: number }[],
  rotary: RotarySettings,
): BatchLayout {
  if (tokens.some(({ sample }) => cache.lengths[sample] === cache.room)) grow(cache);
  const { promptTokens, room } = cache;
  const next = tokens.map(({ sample, id }) => {
    const length = cache.lengths[sample] as number;
    const start = promptTokens + sample * room;
    cache.lengths[sample] = length + 1;
    const keys = [
      { start: 0, count: promptTokens },
      { start, count: length + 1 },
    ];
    return { id, position: promptTokens + length, cacheRow: start + length, keys };
  });
  return layOutNext(next, rotary);
}

/** Stores a layer's new keys and values and gives all of them back. The cache's tensors outlive the caller's tidy. */
export function cacheStore(cache: KeyValueCache, layer: number, cacheRows: readonly number[]): KeyValueStore {
  return (keys, values) => {
    const before = cache.layers[layer];
    const at = before ? tf.tensor1d([...cacheRows], "int32") : null;
    const after = {
      keys: tf.keep(before && at ? ops.writeRows(before.keys, at, keys) : tf.clone(keys)),
      values: tf.keep(before && at ? ops.writeRows(before.values, at, values) : tf.clone(values)),
    };
    cache.layers[layer] = after;
    return after;
  };
}
