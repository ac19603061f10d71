/** Drawing one token from logits: temperature, top-k, top-p. Pure; the generator's tensors stay in generate.ts. */

export interface SamplingParameters {
  /** 0 = the most likely token always (ties: the smallest id). */
  temperature: number;
  /** Keep the k most likely tokens; null = all. */
  topK: number | null;
  /** Keep the smallest set of most likely tokens whose probability reaches p, 0 < p <= 1; null = all. */
  topP: number | null;
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
export function checkSamplingParameters({ temperature, topK, topP }: SamplingParameters): void {
  if (!Number.isFinite(temperature) || temperature < 0)
    throw new RangeError(`temperature must be 0 or more, not ${temperature}`);
  if (topK !== null && (!Number.isInteger(topK) || topK < 1))
    throw new RangeError(`topK must be a positive whole number, not ${topK}`);
  if (topP !== null && !(topP > 0 && topP <= 1)) throw new RangeError(`topP must lie in (0, 1], not ${topP}`);
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

/** Candidate ids by falling logit, cut to top-k; ties at the cut go to the smaller id. */
function byLogit(logits: ArrayLike<number>, topK: number | null): Uint32Array {
  const ids = new Uint32Array(logits.length);
  for (let i = 0; i < ids.length; i += 1) ids[i] = i;
  ids.sort((a, b) => logits[b]! - logits[a]! || a - b);
  return topK === null ? ids : ids.subarray(0, topK);
}

/** Ids that may be drawn and their weights at the given temperature, relative to the most likely token. */
function candidates(
  logits: ArrayLike<number>,
  parameters: SamplingParameters,
  top: number,
): [Uint32Array, Float64Array] {
  const { temperature, topK, topP } = parameters;
  const sorted = topK !== null || (topP !== null && topP < 1);
  const ids = sorted ? byLogit(logits, topK) : Uint32Array.from({ length: logits.length }, (_, i) => i);
  const weights = Float64Array.from(ids, (id) => Math.exp((logits[id]! - top) / temperature));
  if (topP === null || topP >= 1) return [ids, weights];
  const enough = topP * weights.reduce((sum, weight) => sum + weight, 0);
  let kept = 0;
  for (let sum = 0; kept < weights.length && (kept === 0 || sum < enough); kept += 1) sum += weights[kept]!;
  return [ids.subarray(0, kept), weights.subarray(0, kept)];
}

/**
 * Draws a token. Top-k is applied before top-p, both on the distribution at the given temperature, as in transformers.
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
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  let chosen = top.id;
  for (let i = 0; i < ids.length; i += 1) {
    if (weights[i]! === 0) continue;
    chosen = ids[i]!;
    left -= weights[i]!;
    if (left < 0) break;
  }
  return { id: chosen, logProbability: logits[chosen]! - normalizer };
}
