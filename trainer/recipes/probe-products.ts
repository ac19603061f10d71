/** Products with a tall matrix of features, for many vectors at once: on the host in float64, or on the engine in float32. */
import * as tf from "@tensorflow/tfjs-core";

export interface Products {
  rows: number;
  features: number;
  /** Relative error of the results. */
  noise: number;
  /** M v for every v [features] -> [rows] each. */
  times(vectors: readonly Float64Array[]): Promise<Float64Array[]>;
  /** M^T r for every r [rows] -> [features] each. */
  transposeTimes(vectors: readonly Float64Array[]): Promise<Float64Array[]>;
  dispose(): void;
}

function hostTimes(matrix: Float32Array, features: number, vector: Float64Array, rows: number): Float64Array {
  const result = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row += 1) {
    let sum = 0;
    for (let i = 0; i < features; i += 1, at += 1) sum += (matrix[at] as number) * (vector[i] as number);
    result[row] = sum;
  }
  return result;
}

function hostTransposeTimes(matrix: Float32Array, features: number, vector: Float64Array): Float64Array {
  const result = new Float64Array(features);
  for (let row = 0; row < vector.length; row += 1) {
    const factor = vector[row] as number;
    if (factor === 0) continue;
    const offset = row * features;
    for (let i = 0; i < features; i += 1) result[i] = (result[i] as number) + factor * (matrix[offset + i] as number);
  }
  return result;
}

/** `matrix` is [rows, features], row by row; sums are in float64. */
export function hostProducts(matrix: Float32Array, features: number): Products {
  const rows = matrix.length / features;
  return {
    rows,
    features,
    noise: 1e-15,
    times: async (vectors) => vectors.map((vector) => hostTimes(matrix, features, vector, rows)),
    transposeTimes: async (vectors) => vectors.map((vector) => hostTransposeTimes(matrix, features, vector)),
    dispose: () => undefined,
  };
}

function stacked(vectors: readonly Float64Array[], length: number): tf.Tensor2D {
  const values = new Float32Array(vectors.length * length);
  vectors.forEach((vector, index) => {
    values.set(vector, index * length);
  });
  return tf.tensor2d(values, [vectors.length, length]);
}

async function unstacked(product: tf.Tensor2D): Promise<Float64Array[]> {
  const [count, length] = product.shape;
  const values = await product.data();
  product.dispose();
  return Array.from({ length: count }, (_, index) =>
    Float64Array.from(values.subarray(index * length, (index + 1) * length)),
  );
}

/** Below this many numbers the host is done before the engine has them. */
const HOST_SIZE_MAX = 100_000;
/** Of an engine that computes products in full float32; one that rounds more would make fits wander. */
const NOISE_MAX = 2e-5;

/** Largest error of the engine's product with a vector, relative to its largest value. */
async function noiseOf(products: Products, matrix: Float32Array): Promise<number> {
  const vector = Float64Array.from({ length: products.features }, (_, i) => Math.sin(i + 1));
  const [found] = await products.times([vector]);
  const exact = hostTimes(matrix, products.features, vector, products.rows);
  const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  return exact.reduce((most, value, i) => Math.max(most, Math.abs(value - (found?.[i] as number)) / largest), 0);
}

/** Where products of this size are fast and exact enough. Call `dispose`. */
export async function chooseProducts(matrix: Float32Array, features: number): Promise<Products> {
  if (matrix.length <= HOST_SIZE_MAX) return hostProducts(matrix, features);
  const products = engineProducts(matrix, features);
  if ((await noiseOf(products, matrix)) <= NOISE_MAX) return products;
  products.dispose();
  return hostProducts(matrix, features);
}

/** On the prepared engine; call `dispose`. */
export function engineProducts(matrix: Float32Array, features: number): Products {
  const rows = matrix.length / features;
  const held = tf.tensor2d(matrix, [rows, features]);
  const product = (vectors: readonly Float64Array[], length: number, transpose: boolean) =>
    unstacked(tf.tidy(() => tf.matMul<tf.Tensor2D>(stacked(vectors, length), held, false, transpose)));
  return {
    rows,
    features,
    noise: 2e-6,
    times: (vectors) => product(vectors, features, true),
    transposeTimes: (vectors) => product(vectors, rows, false),
    dispose: () => held.dispose(),
  };
}
