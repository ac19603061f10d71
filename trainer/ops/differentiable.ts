/** Operations with their own gradient, for tfjs's tape. */
import * as tf from "@tensorflow/tfjs-core";
import { markConstant, needsGradient } from "./constants";

/** A gradient, or how to compute it: a function is called only when the input needs one. */
export type InputGradient = tf.Tensor | (() => tf.Tensor);

export interface Differentiable {
  value: tf.Tensor;
  /** One gradient per input, in order; those that `wanted` denies are thrown away. */
  gradFunc: (dy: tf.Tensor, saved: tf.Tensor[], wanted: readonly boolean[]) => InputGradient[];
}

/** Gets the inputs, then `save`. */
type Run = (...args: (tf.Tensor | tf.GradSaveFunc)[]) => Differentiable;

/**
 * `tf.customGrad` that computes gradients only for the inputs that need one. tfjs calls `gradFunc` outside any tidy, so without one
 * here every intermediate of every layer's backward pass would live until the whole gradient is done. The incoming gradient and
 * what was saved are freed too: tfjs asks each operation of its tape once, and would keep all of them to the end.
 */
export function differentiable<T extends tf.Tensor>(inputs: readonly tf.Tensor[], run: Run): T {
  const wanted = inputs.map(needsGradient);
  const active = inputs.filter((_, index) => wanted[index]);
  const result = tf.customGrad((...args) => {
    // Kept only when the operation has succeeded: what is kept by one that throws would stay for good. And without an input that
    // needs a gradient nothing will ever ask for it.
    let kept: tf.Tensor[] = [];
    const save: tf.GradSaveFunc = (tensors) => {
      kept = tensors;
    };
    const { value, gradFunc } = run(...inputs, save);
    if (active.length > 0) (args.at(-1) as unknown as tf.GradSaveFunc)(kept);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const gradients = tf.tidy(() =>
          gradFunc(dy, saved, wanted).flatMap((gradient, index) => {
            if (!wanted[index]) return [];
            return [typeof gradient === "function" ? gradient() : gradient];
          }),
        );
        tf.dispose([dy, ...saved]);
        return gradients;
      },
    };
  })(...active) as T;
  return active.length > 0 ? result : markConstant(result);
}
