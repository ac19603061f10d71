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

/**
 * Ids by falling logit (ties: the smaller id), as many as top-k or top-p can need: the first short list that holds k tokens, or the
 * share p of all weight.
 */
function mostLikely(
  logits: ArrayLike<number>,
  weights: Float64Array,
  total: number,
  { topK, topP }: Pick<SamplingParameters, "topK" | "topP">,
): number[] {
  for (const share of SHORT_LISTS) {
    const ids: number[] = [];
    let sum = 0;
    weights.forEach((weight, id) => {
      if (weight < share) return;
      ids.push(id);
      sum += weight;
    });
    const enough = topK === null ? sum >= (topP ?? 1) * total : ids.length >= topK;
    if (enough || share === 0) return ids.sort((a, b) => logits[b]! - logits[a]! || a - b);
  }
  return [];
}

/** Ids that may be drawn, and all ids' weights at the given temperature relative to the most likely token. */
function candidates(
  logits: ArrayLike<number>,
  { temperature, topK, topP, minP }: SamplingParameters,
  top: number,
): [ArrayLike<number> | null, Float64Array] {
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let id = 0; id < weights.length; id += 1) {
    weights[id] = Math.exp((logits[id]! - top) / temperature);
    total += weights[id]!;
  }
  const nucleus = topP !== null && topP < 1 ? topP : null;
  if (topK === null && nucleus === null && minP == null) return [null, weights];
  let ids: number[];
  if (topK === null && nucleus === null) ids = [...weights.keys()];
  else ids = mostLikely(logits, weights, total, { topK, topP: nucleus });
  if (topK !== null) ids = ids.slice(0, topK);
  if (nucleus !== null) {
    const enough = nucleus * (topK === null ? total : ids.reduce((sum, id) => sum + weights[id]!, 0));
    let kept = 0;
    for (let sum = 0; kept < ids.length && (kept === 0 || sum < enough); kept += 1) sum += weights[ids[kept]!]!;
    ids = ids.slice(0, kept);
  }
  if (minP != null) ids = ids.filter((id) => weights[id]! >= minP);
  return [ids, weights];
}

/**
 * Draws a token. Top-k is applied first, then top-p, then min-p, all on the distribution at the given temperature, as in transformers.
 * `random` returns a uniform number in [0, 1). Errors: RangeError for bad parameters or logits.
 */
export function sampleToken(
  logits: ArrayLike<number>,
  parameters: SamplingParameters,
  random: () => number,
): SampledToken {
  checkSamplingParameters(parameters);
  const top = largest(logits);
  const normalizer = logSumExp(logits, top.logit);
  if (parameters.temperature === 0) return { id: top.id, logProbability: top.logit - normalizer };
  const [ids, weights] = candidates(logits, parameters, top.logit);
  const count = ids?.length ?? weights.length;
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += weights[ids?.[i] ?? i]!;
  let left = random() * sum;
  let chosen = top.id;
  for (let i = 0; i < count; i += 1) {
    const id = ids?.[i] ?? i;
    if (weights[id]! === 0) continue;
    chosen = id;
    left -= weights[id]!;
    if (left < 0) break;
  }
  return { id: chosen, logProbability: logits[chosen]! - normalizer };
}
