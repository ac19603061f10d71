/** Compares the prepared engine with reference numbers: rewards, losses, gradients, weights after AdamW steps, logits, greedy tokens. */
import * as tf from "@tensorflow/tfjs-core";
import { addGradients, disposeGradients, emptyGradientSum, type GradientSum } from "../core/gradients";
import { rewardLoss } from "../core/losses";
import { createKeyValueCache, disposeKeyValueCache, layOutPrompt, layOutSamples } from "../core/model/key-value-cache";
import { layOut } from "../core/model/layout";
import { hiddenStates, logitsAt, rewardsAt } from "../core/model/llama";
import {
  createModel,
  disposeModel,
  EMBEDDING,
  type LlamaModel,
  parameter,
  REWARD_HEAD,
} from "../core/model/parameters";
import { pairRewards, rowRewards } from "../core/model/reward-pairs";
import { growTree, type TokenTree } from "../core/model/token-tree";
import { applyAdamw, createOptimizer, disposeOptimizer, globalNorm, tensorNorm } from "../core/optimizer";
import {
  type LanguageCase,
  type LossReference,
  type ReferenceCase,
  type RewardCase,
  readReference,
} from "./parity-reference";

export interface ParityResult {
  case: string;
  quantity: string;
  /** Largest difference, relative to the largest reference value of the compared vector; for tokens, the number that differ. */
  difference: number;
  /** Where that largest difference was: a tensor's name, a pair. */
  at: string;
  withinTolerance: boolean;
}

/** Keeps the worst difference of each quantity, in the order quantities first appear. */
class Comparison {
  private readonly worst = new Map<string, { difference: number; at: string }>();

  vector(quantity: string, at: string, found: ArrayLike<number>, expected: readonly number[]): void {
    let scale = 0;
    let difference = found.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
    expected.forEach((value, index) => {
      scale = Math.max(scale, Math.abs(value));
      const gap = Math.abs((found[index] ?? Number.NaN) - value);
      difference = Math.max(difference, gap);
    });
    this.note(quantity, at, difference === 0 ? 0 : difference / Math.max(scale, 1e-12));
  }

  note(quantity: string, at: string, difference: number): void {
    const before = this.worst.get(quantity);
    // A difference that is no number is the worst there is, and stays.
    const worse = before === undefined || Number.isNaN(difference) || difference > before.difference;
    if (worse) this.worst.set(quantity, { difference, at });
  }

  results(name: string, tolerance: number): ParityResult[] {
    return [...this.worst].map(([quantity, { difference, at }]) => ({
      case: name,
      quantity,
      difference,
      at,
      withinTolerance: difference <= tolerance,
    }));
  }
}

interface LossVariant {
  withMargin: boolean;
  centering: number;
}

/** `no_margin`, `margin`, `margin_center_0.01` */
function lossVariant(name: string): LossVariant {
  const centering = /_center_([0-9.]+)$/.exec(name)?.[1];
  return { withMargin: !name.startsWith("no_margin"), centering: centering === undefined ? 0 : Number(centering) };
}

function gradientsOf(model: LlamaModel, reference: RewardCase, variant: LossVariant, recompute = false): GradientSum {
  const pairs = reference.pairs.map((pair) => ({ chosenIds: pair.chosen, rejectedIds: pair.rejected }));
  const targets = reference.pairs.map((pair) => ({
    margin: variant.withMargin ? pair.margin : 0,
    weight: 1,
    chosenLabel: null,
    rejectedLabel: null,
  }));
  const sum = emptyGradientSum();
  addGradients(sum, model.parameters, () => {
    const { chosen, rejected } = pairRewards(model, pairs, { recompute });
    return rewardLoss(chosen, rejected, targets, {
      pairsInStep: pairs.length,
      labelsInStep: 0,
      safetyAuxiliaryWeight: 0,
      centering: variant.centering,
      labelSmoothing: 0,
    });
  });
  return sum;
}

function compareRewards(
  compare: Comparison,
  model: LlamaModel,
  reference: RewardCase,
  quantity: string,
  expected: RewardCase["rewards"],
): void {
  tf.tidy(() => {
    const pairs = reference.pairs.map((pair) => ({ chosenIds: pair.chosen, rejectedIds: pair.rejected }));
    const { chosen, rejected } = pairRewards(model, pairs);
    compare.vector(quantity, "chosen", chosen.dataSync(), expected.chosen);
    compare.vector(quantity, "rejected", rejected.dataSync(), expected.rejected);
  });
}

/** The same rewards with nothing shared or trimmed, with both, and with all pairs' rows in one tree. */
function compareLayouts(compare: Comparison, model: LlamaModel, reference: RewardCase): void {
  const rows = reference.pairs.flatMap((pair) => [pair.chosen, pair.rejected]);
  const expected = reference.pairs.flatMap((_, index) => [
    reference.rewards.chosen[index] as number,
    reference.rewards.rejected[index] as number,
  ]);
  const scores = (trees: TokenTree[], trimmed: boolean) =>
    tf.tidy(() => {
      const layout = layOut(trees, model.config);
      const { scoreAt } = layout;
      if (!trimmed) return [...rewardsAt(model, hiddenStates(model, layout), scoreAt).dataSync()];
      const hidden = hiddenStates(model, layout, { at: scoreAt });
      return [
        ...rewardsAt(
          model,
          hidden,
          scoreAt.map((_, index) => index),
        ).dataSync(),
      ];
    });
  const alone = rows.map((row) => growTree([row]));
  const check = (quantity: string, found: number[]) => compare.vector(quantity, "all pairs", found, expected);
  check(
    "rewards, one row at a time",
    alone.flatMap((tree) => scores([tree], false)),
  );
  check("rewards, packed", scores(alone, false));
  check("rewards, packed and trimmed", scores(alone, true));
  check("rewards, one tree", scores([growTree(rows)], false));
  check("rewards, one tree, trimmed", scores([growTree(rows)], true));
}

/** Each pair with its turns' beginnings added as rows: a tree whose inner tokens are scored, against the rows by themselves. */
function compareTrees(compare: Comparison, model: LlamaModel, reference: RewardCase): void {
  for (const [number, { chosen, rejected }] of reference.pairs.entries()) {
    const cuts = [1, Math.ceil(chosen.length / 3), Math.ceil((2 * chosen.length) / 3)];
    const rows = [...cuts.map((length) => chosen.slice(0, length)), chosen, rejected];
    const [together, apart] = [[{ rows }], rows.map((row) => ({ rows: [row] }))].map((items) =>
      tf.tidy(() => [...rowRewards(model, items).dataSync()]),
    ) as [number[], number[]];
    compare.vector("rewards of a dialogue's turns", `pair ${number + 1}`, together, apart);
  }
}

function compareGradients(compare: Comparison, name: string, sum: GradientSum, expected: LossReference): void {
  const gradient = (tensor: string) => sum.gradients.get(tensor) as tf.Tensor;
  compare.vector("loss", name, [sum.loss], [expected.loss]);
  compare.vector("gradient norm, all", name, [globalNorm(sum.gradients)], [expected.grad_norm_total]);
  for (const [tensor, norm] of Object.entries(expected.grad_norm))
    compare.vector("gradient norm, each tensor", `${name} ${tensor}`, [tensorNorm(gradient(tensor))], [norm]);
  for (const [tensor, head] of Object.entries(expected.grad_head))
    compare.vector("gradient values", `${name} ${tensor}`, gradient(tensor).dataSync().slice(0, head.length), head);
  const { row, values } = expected.grad_embed_row;
  const embedding = tf.tidy(() => tf.slice(gradient(EMBEDDING), [row, 0], [1, values.length]).dataSync());
  compare.vector("gradient values", `${name} ${EMBEDDING} row ${row}`, embedding, values);
  compare.vector("gradient values", `${name} ${REWARD_HEAD}`, gradient(REWARD_HEAD).dataSync(), expected.grad_score);
}

/** Gradients with every layer computed twice, against those with everything kept. */
function compareRecomputed(
  compare: Comparison,
  model: LlamaModel,
  reference: RewardCase,
  name: string,
  kept: GradientSum,
): void {
  const again = gradientsOf(model, reference, lossVariant(name), true);
  for (const [tensor, gradient] of kept.gradients) {
    const difference = tf.tidy(() => tensorNorm(tf.sub(again.gradients.get(tensor) as tf.Tensor, gradient)));
    compare.note("gradients, recomputed", `${name} ${tensor}`, difference / Math.max(tensorNorm(gradient), 1e-12));
  }
  disposeGradients(again);
}

function compareWeights(compare: Comparison, model: LlamaModel, step: RewardCase["adamw"]["steps"][number]): void {
  for (const [name, expected] of Object.entries(step.weights_after ?? {})) {
    const found = parameter(model, name).dataSync();
    const at = `step ${step.step} ${name}`;
    let sum = 0;
    let squares = 0;
    for (const value of found) {
      sum += value;
      squares += value * value;
    }
    const count = expected.head.length;
    compare.vector("weights after AdamW", `${at}, first`, found.slice(0, count), expected.head);
    compare.vector("weights after AdamW", `${at}, last`, found.slice(-expected.tail.length), expected.tail);
    compare.vector("weights after AdamW", `${at}, sum of squares`, [squares], [expected.sumsq]);
    // Weights nearly cancel in their sum, so its error is judged against the size of what was added.
    compare.note(
      "weights after AdamW",
      `${at}, sum`,
      Math.abs(sum - expected.sum) / Math.max(Math.abs(expected.sum), Math.sqrt(squares)),
    );
  }
}

function compareSteps(compare: Comparison, model: LlamaModel, reference: RewardCase): void {
  const { lr, weight_decay, betas, eps, grad_clip, steps } = reference.adamw;
  const optimizer = createOptimizer(model.parameters);
  const settings = {
    beta1: betas[0],
    beta2: betas[1],
    epsilon: eps,
    weightDecay: weight_decay,
    gradientClipNorm: grad_clip,
  };
  for (const step of steps) {
    const sum = gradientsOf(model, reference, { withMargin: true, centering: 0 });
    const gradientNorm = globalNorm(sum.gradients);
    compare.vector("loss before each step", `step ${step.step}`, [sum.loss], [step.loss_before]);
    compare.vector("gradient norm before each step", `step ${step.step}`, [gradientNorm], [step.grad_norm_before_clip]);
    applyAdamw(model.parameters, sum.gradients, optimizer, settings, { learningRate: lr, gradientNorm });
    disposeGradients(sum);
    compareWeights(compare, model, step);
    if (step.rewards_after) compareRewards(compare, model, reference, "rewards after AdamW", step.rewards_after);
  }
  disposeOptimizer(optimizer);
}

function compareRewardModel(compare: Comparison, model: LlamaModel, reference: RewardCase): void {
  compareRewards(compare, model, reference, "rewards", reference.rewards);
  compareLayouts(compare, model, reference);
  compareTrees(compare, model, reference);
  for (const [name, expected] of Object.entries(reference.losses)) {
    const sum = gradientsOf(model, reference, lossVariant(name));
    compareGradients(compare, name, sum, expected);
    compareRecomputed(compare, model, reference, name, sum);
    disposeGradients(sum);
  }
  compareSteps(compare, model, reference);
}

/** Greedy continuation with a key/value cache, prompt included. */
function greedy(model: LlamaModel, prompt: readonly number[], length: number): number[] {
  const cache = createKeyValueCache();
  const ids = [...prompt];
  while (ids.length < length) {
    const next = tf.tidy(() => {
      const layout =
        ids.length === prompt.length
          ? layOutPrompt(cache, ids, model.config)
          : layOutSamples(cache, [{ sample: 0, id: ids.at(-1) as number }], model.config);
      const hidden = hiddenStates(model, layout, { at: [layout.tokens - 1], cache });
      return tf.argMax(logitsAt(model, hidden, [0]), 1).dataSync()[0] as number;
    });
    ids.push(next);
  }
  disposeKeyValueCache(cache);
  return ids;
}

function compareLanguageModel(compare: Comparison, model: LlamaModel, reference: LanguageCase): void {
  const every = reference.prompt.map((_, index) => index);
  tf.tidy(() => {
    const logits = logitsAt(model, hiddenStates(model, layOut([growTree([reference.prompt])], model.config)), every);
    const rows = logits.arraySync();
    reference.logits_first4_every_position.forEach((expected, at) => {
      compare.vector("logits", `position ${at}`, rows[at]?.slice(0, expected.length) ?? [], expected);
    });
    compare.vector(
      "logits",
      "last position",
      rows.at(-1)?.slice(0, reference.logits_last_first32.length) ?? [],
      reference.logits_last_first32,
    );
    const best = [...tf.argMax(logits, 1).dataSync()];
    const differing = best.filter((id, index) => id !== reference.argmax_every_position[index]).length;
    compare.note("most likely token", "every position", differing);
    const logProbabilities = rows.map((row) => {
      const top = Math.max(...row);
      const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0)) + top;
      return row.map((value) => value - total);
    });
    const ofPrompt = reference.prompt
      .slice(1)
      .reduce((sum, id, index) => sum + (logProbabilities[index]?.[id] ?? Number.NaN), 0);
    compare.vector("log probability of the prompt", "prompt", [ofPrompt], [reference.logprob_of_prompt]);
  });
  const tokens = greedy(model, reference.prompt, reference.greedy_24.length);
  compare.note("greedy tokens", "continuation", tokens.filter((id, index) => id !== reference.greedy_24[index]).length);
}

function compareCase(reference: ReferenceCase, tolerance: number): ParityResult[] {
  const compare = new Comparison();
  const model = createModel(reference.config, reference.tensors, reference.reward ? "reward" : "language-model", 0);
  if (reference.reward) compareRewardModel(compare, model, reference.reward);
  if (reference.language) compareLanguageModel(compare, model, reference.language);
  disposeModel(model);
  return compare.results(reference.name, tolerance);
}

/** Runs every case of the directory on the engine that is prepared. Throws ParityReferenceError for a directory that cannot be read. */
export async function checkParity(directory: string, tolerance = 1e-4): Promise<ParityResult[]> {
  const cases = await readReference(directory);
  return cases.flatMap((reference) => compareCase(reference, tolerance));
}
