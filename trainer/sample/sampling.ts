/** Drawing one token from logits: temperature, top-k, top-p, min-p. Pure; the generator's tensors stay in generate.ts. */

export interface SamplingParameters {
  /** 0 = the most likely token always (ties: the smallest id). */
  temperature: number;
  /** Keep the k most likely tokens; null = all. */
  topK: number | null;
  /** Keep the smallest set of most likely tokens whose probability reaches p, 0 < p <= 1; null = all. */
  topP: number | null;
  /** Keep tokens at least this many times as likely as the most likely one, 0 < p <= 1; null or absent = all. */
  minP?: number | null;
}

export interface SampledToken {
  id: number;
  /**
   * Natural log of the token's probability under the model itself (temperature 1, nothing cut off), so that the value is
   * comparable between sampling settings.
   */
  logProbability: number;
}

/** What the engine has worked out of a row of logits already; a vocabulary of exponentials would cost JavaScript a tenth of a step. */
export interface LogitsRow {
  /** log sum exp of the logits. */
  normalizer: number;
  /** exp((logit - largest) / temperature) of each token, and their sum; null at temperature 0. */
  weighed: { weights: ArrayLike<number>; total: number } | null;
}

/** Errors: RangeError naming the parameter. */
export function checkSamplingParameters({ temperature, topK, topP, minP }: SamplingParameters): void {
  if (!Number.isFinite(temperature) || temperature < 0)
    throw new RangeError(`temperature must be 0 or more, not ${temperature}`);
  if (topK !== null && (!Number.isInteger(topK) || topK < 1))
    throw new RangeError(`topK must be a positive whole number, not ${topK}`);
  if (topP !== null && !(topP > 0 && topP <= 1)) throw new RangeError(`topP must lie in (0, 1], not ${topP}`);
  if (minP != null && !(minP > 0 && minP <= 1)) throw new RangeError(`minP must lie in (0, 1], not ${minP}`);
}

function largest(logits: ArrayLike<number>): { id: number; logit: number } {
  let id = -1;
  let logit = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i += 1) {
    const value = logits[i]!;
    if (Number.isNaN(value)) throw new RangeError(`the logit of token ${i} is not a number`);
    if (value > logit) {
      id = i;
      logit = value;
    }
  }
  if (id < 0 || logit === Number.POSITIVE_INFINITY) throw new RangeError("no token has a finite logit");
  return { id, logit };
}

function logSumExp(logits: ArrayLike<number>, top: number): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i += 1) sum += Math.exp(logits[i]! - top);
  return top + Math.log(sum);
}

/** Shares of the largest weight below which tokens are first left aside: sorting a whole vocabulary would cost more than the model. */
const SHORT_LISTS = [1e-2, 1e-4, 1e-8, 0];

interface Likely {
  ids: number[];
  /** exp((logit - top) / temperature) of each. */
  weights: number[];
}

/**
 * Ids by falling logit (ties: the smaller id): the first short list that is enough, or that holds every token at least `minP` times as
 * likely as the most likely one.
 */
function mostLikely(
  logits: ArrayLike<number>,
  { top, temperature, minP }: { top: number; temperature: number; minP: number },
  isEnough: (likely: Likely) => boolean,
): Likely {
  const listed = (ids: number[]) => ({ ids, weights: ids.map((id) => Math.exp((logits[id]! - top) / temperature)) });
  for (const share of SHORT_LISTS) {
    const least = top + temperature * Math.log(share);
    const ids: number[] = [];
    for (let id = 0; id < logits.length; id += 1) if (logits[id]! >= least) ids.push(id);
    if (share > minP && !isEnough(listed(ids))) continue;
    return listed(ids.sort((a, b) => logits[b]! - logits[a]! || a - b));
  }
  throw new RangeError("no token may be drawn");
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** All tokens' weights at the temperature, worked out here. */
function weigh(logits: ArrayLike<number>, top: number, temperature: number): { weights: number[]; total: number } {
  const weights = Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  return { weights, total: sumOf(weights) };
}

/** The tokens that may be drawn, the most likely first; null for all of them. */
function candidates(
  logits: ArrayLike<number>,
  { temperature, topK, topP, minP }: SamplingParameters,
  top: number,
  totalOfAll: number,
): Likely | null {
  const nucleus = topP !== null && topP < 1 ? topP : null;
  if (topK === null && nucleus === null && minP == null) return null;
  // After top-k, top-p speaks of the share among those k; otherwise among all.
  const total = topK === null && nucleus !== null ? totalOfAll : null;
  const { ids, weights } = mostLikely(logits, { top, temperature, minP: minP ?? 0 }, (likely) =>
    total === null ? likely.ids.length >= (topK ?? logits.length) : sumOf(likely.weights) >= (nucleus ?? 1) * total,
  );
  let count = Math.min(ids.length, topK ?? ids.length);
  if (nucleus !== null) {
    const enough = nucleus * (total ?? sumOf(weights.slice(0, count)));
    let kept = 0;
    for (let sum = 0; kept < count && (kept === 0 || sum < enough); kept += 1) sum += weights[kept]!;
    count = kept;
  }
  if (minP != null) while (count > 1 && weights[count - 1]! < minP) count -= 1;
  return { ids: ids.slice(0, count), weights: weights.slice(0, count) };
}

/** One place, each as often as its weight says; null where rounding leaves none. */
function draw(weights: ArrayLike<number>, total: number, uniform: number): number | null {
  let left = uniform * total;
  let chosen: number | null = null;
  for (let place = 0; place < weights.length; place += 1) {
    const weight = weights[place]!;
    if (weight === 0) continue;
    chosen = place;
    left -= weight;
    if (left < 0) break;
  }
  return chosen;
}

/**
 * Draws a token. Top-k is applied first, then top-p, then min-p, all on the distribution at the given temperature, as in transformers.
 * `random` returns a uniform number in [0, 1). `row` is what is known of the logits already. Errors: RangeError for bad parameters or
 * logits.
 */
export function sampleToken(
  logits: ArrayLike<number>,
  parameters: SamplingParameters,
  random: () => number,
  row?: LogitsRow,
): SampledToken {
  checkSamplingParameters(parameters);
  const top = largest(logits);
  const logTotal = row?.normalizer ?? logSumExp(logits, top.logit);
  const { temperature } = parameters;
  if (temperature === 0) return { id: top.id, logProbability: top.logit - logTotal };
  const all = row?.weighed ?? weigh(logits, top.logit, temperature);
  const likely = candidates(logits, parameters, top.logit, all.total);
  const place = likely ? draw(likely.weights, sumOf(likely.weights), random()) : draw(all.weights, all.total, random());
  const id = (likely ? likely.ids[place ?? 0] : place) ?? top.id;
  return { id, logProbability: logits[id]! - logTotal };
}
