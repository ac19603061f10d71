import * as tf from "@tensorflow/tfjs-core";

/** Draws for one run, all from one seed: the same on both backends. */
export class Draw {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** [0, 1) */
  next(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state / 2 ** 32;
  }

  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  shape(rank = this.int(1, 4)): number[] {
    return Array.from({ length: rank }, () => this.int(1, 4));
  }

  floats(shape = this.shape(), low = -3, high = 3): tf.Tensor {
    const size = tf.util.sizeFromShape(shape);
    return tf.tensor(
      Float32Array.from({ length: size }, () => low + this.next() * (high - low)),
      shape,
    );
  }

  ints(shape = this.shape(), low = -5, high = 5): tf.Tensor {
    const size = tf.util.sizeFromShape(shape);
    return tf.tensor(
      Int32Array.from({ length: size }, () => this.int(low, high)),
      shape,
      "int32",
    );
  }

  bools(shape = this.shape()): tf.Tensor {
    return tf.cast(this.ints(shape, 0, 1), "bool");
  }

  /** Two float tensors whose shapes broadcast: the second may lack leading axes or have axes of one. */
  broadcastable(low = -3, high = 3): [tf.Tensor, tf.Tensor] {
    const shape = this.shape();
    const other = shape.map((size) => (this.next() < 0.3 ? 1 : size)).slice(this.int(0, shape.length - 1));
    return [this.floats(shape, low, high), this.floats(other, low, high)];
  }

  axis(rank: number): number {
    return this.int(0, rank - 1);
  }

  /** Some axes, in order. */
  axes(rank: number): number[] {
    const some = Array.from({ length: rank }, (_, axis) => axis).filter(() => this.next() < 0.5);
    return some.length > 0 ? some : [rank - 1];
  }

  permutation(rank: number): number[] {
    const order = Array.from({ length: rank }, (_, axis) => ({ axis, key: this.next() }));
    return order.sort((a, b) => a.key - b.key).map(({ axis }) => axis);
  }

  yes(): boolean {
    return this.next() < 0.5;
  }
}
