/** Gradients of a loss by parameter name, added up over micro-batches. */
import * as tf from "@tensorflow/tfjs-core";
import { ops } from "../ops";
import type { Parameters } from "./model/parameters";

export interface GradientSum {
  /** Sum of the micro-batches' losses. */
  loss: number;
  gradients: Map<string, tf.Tensor>;
}

export function emptyGradientSum(): GradientSum {
  return { loss: 0, gradients: new Map() };
}

type Computed = ReturnType<typeof tf.variableGrads> & tf.TensorContainerObject;

/** Computes `loss` and adds its value and its gradients of what is trainable to `sum`. Everything else that `loss` makes is freed. */
export function addGradients(sum: GradientSum, parameters: Parameters, loss: () => tf.Scalar): void {
  const trainable = [...parameters].filter(([, variable]) => variable.trainable);
  const variables = trainable.map(([, variable]) => variable);
  // Inside a tidy, so that a backward pass that throws leaves not even the loss behind.
  const { value, grads } = tf.tidy(
    () => tf.variableGrads(loss, variables) as unknown as Computed,
  ) as unknown as Computed;
  for (const [name, variable] of trainable) {
    const gradient = grads[variable.name];
    if (gradient === undefined) throw new Error(`the loss does not depend on ${name}`);
    const before = sum.gradients.get(name);
    sum.gradients.set(name, before ? ops.accumulate(before, gradient) : gradient);
  }
  // Read last: an engine that computes when it is asked then does all of this at once.
  sum.loss += value.dataSync()[0] ?? Number.NaN;
  value.dispose();
}

export function disposeGradients(sum: GradientSum): void {
  tf.dispose([...sum.gradients.values()]);
  sum.gradients.clear();
}
