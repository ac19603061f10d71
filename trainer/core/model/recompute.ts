/** Gradient checkpointing: a part of the model keeps its inputs alone and is computed again when its gradient is asked for. */
import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "../../ops/differentiable";
import { disposeAbandonedTape } from "../abandoned-tape";

/**
 * Gradients of `run` inside another gradient's backward pass. tfjs holds one tape: the inner computation records a new one, after
 * which the outer one is put back, as it is still to be cleaned up.
 */
function innerGradients(run: () => tf.Tensor, inputs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    const { value, grads } = tf.engine().gradients(run, inputs, dy, true);
    value.dispose();
    return inputs.map((input, index) => grads[index] ?? tf.zerosLike(input));
  } catch (cause) {
    disposeAbandonedTape();
    throw cause;
  } finally {
    state.activeTape = outer;
  }
}

/**
 * run(x, held), whose intermediates are not kept: the same values and the same gradients for a second forward pass. `weights` are
 * all variables that `run` reads, `held` all other tensors: these get no gradient, but live until it is done.
 */
export function recomputed<X extends tf.Tensor, Y extends tf.Tensor>(
  x: X,
  weights: readonly tf.Tensor[],
  held: readonly tf.Tensor[],
  run: (x: X, held: readonly tf.Tensor[]) => Y,
): Y {
  return differentiable([x, ...weights], (...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    save([x, ...held]);
    return {
      value: run(x, held),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[], wanted: readonly boolean[]) => {
        const [again, ...kept] = saved as [X, ...tf.Tensor[]];
        const inputs = [again as tf.Tensor, ...weights];
        const asked = inputs.filter((_, index) => wanted[index]);
        const found = innerGradients(() => run(again, kept), asked, dy);
        let next = 0;
        return inputs.map((_, index) => (wanted[index] ? (found[next++] as tf.Tensor) : dy));
      },
    };
  });
}
