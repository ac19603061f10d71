/** Scoring: pairs in the order of their arrival, and K candidates of one prompt, against transformers' padded batches. */
import { loadTokenizer } from "../../data/tokenizer";
import { runChild } from "../child";
import { OURS, type OurName, type Precision } from "../contenders";
import type { BenchContext } from "../context";
import { BenchError } from "../errors";
import { comparisonFields, largestDifference, rounded } from "../figures";
import { takePairs } from "../pairs";
import { bothRan, interleave } from "../rounds";

interface ScoringResult {
  seconds: number;
  /** Per group, per row. */
  rewards: number[][];
  peakRssMib: number;
}

/** One list of groups of token rows per call. The first call warms up. */
type Calls = (readonly (readonly number[])[])[][];

interface Workload {
  case: "score" | "candidates";
  calls: Calls;
  /** Pairs or candidates that the clock sees. */
  count: number;
  unit: string;
  rowsPerBatch: number;
  goal: number;
  fields: Record<string, number>;
}

/** Rewards of float32 programs that add in another order. */
const REWARD_DIFFERENCE_MAX = 1e-3;

const peerName = (precision: Precision) => `transformers-${precision === "float32" ? "f32" : "bf16"}`;

/** Returns whether all float32 rewards agreed. */
async function compare(context: BenchContext, ours: readonly OurName[], workload: Workload): Promise<boolean> {
  const { models, directory, threads, emit, report, signal } = context;
  const { calls, rowsPerBatch } = workload;
  const peer = await context.peer();
  const precisions = [...new Set(ours.map((name) => OURS[name].precision))];
  const shared = { model: models.reward, calls };
  const kept = await interleave<ScoringResult>(
    [
      ...precisions.map((precision) => ({
        name: peerName(precision),
        run: () => {
          const request = { ...shared, precision, threads, rows_per_batch: rowsPerBatch };
          const program = { name: peerName(precision), file: "peer/score.py", python: peer.python, threads, request };
          return runChild<ScoringResult>(program, directory, signal);
        },
      })),
      ...ours.map((name) => ({
        name,
        run: () =>
          runChild<ScoringResult>(
            { name, file: "ours/score.ts", threads, request: { ...shared, ...OURS[name] } },
            directory,
            signal,
          ),
      })),
    ],
    context.rounds,
    ({ contender, round, result }) =>
      report(`round ${round + 1}: ${contender} ${(workload.count / result.seconds).toFixed(2)} ${workload.unit}`),
  );
  let agree = true;
  for (const name of ours) {
    const against = peerName(OURS[name].precision);
    if (!bothRan(kept, name, against)) continue;
    const [one = [], other = []] = [name, against].map((who) =>
      kept.find(({ contender }) => contender === who)?.result.rewards.flat(),
    );
    const difference = largestDifference(one, other);
    const checked = OURS[name].precision === "float32";
    if (checked && difference > REWARD_DIFFERENCE_MAX) agree = false;
    emit({
      case: workload.case,
      size: models.size,
      ours: name,
      peer: against,
      unit: workload.unit,
      ...workload.fields,
      goal: models.size === "smollm2" ? workload.goal : null,
      ...comparisonFields(kept, name, against, ({ result }) => workload.count / result.seconds),
      rewards: { largestDifference: rounded(difference), agree: checked ? difference <= REWARD_DIFFERENCE_MAX : null },
    });
  }
  return agree;
}

const ROWS_PER_BATCH = 16;
const WARM_UP_PAIRS = 4;

export async function scoreCase(context: BenchContext, ours: readonly OurName[], pairs: number): Promise<boolean> {
  const { models, dataFile } = context;
  const tokenizer = await loadTokenizer(models.reward);
  const limits = { count: pairs + WARM_UP_PAIRS, tokensPerRowMax: models.tokensPerRowMax };
  const groups = (await takePairs(dataFile, tokenizer, limits)).map(({ chosenIds, rejectedIds }) => [
    chosenIds,
    rejectedIds,
  ]);
  const calls = [groups.slice(0, WARM_UP_PAIRS), groups.slice(WARM_UP_PAIRS)];
  return compare(context, ours, {
    case: "score",
    calls,
    count: pairs,
    unit: "pairs/s",
    rowsPerBatch: ROWS_PER_BATCH,
    goal: 3,
    fields: { pairs },
  });
}

const CANDIDATES = 8;
const PROMPT_TOKENS = 300;
const ANSWER_TOKENS = 80;
/** Lengths of the candidates beside their mean. */
const SPREAD = [0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.3, 1.7];
const PROMPTS = 4;

/** Tokens of the data one after another, cut where a length is needed: the text's own tokens, no two prompts alike. */
async function candidateCalls(context: BenchContext): Promise<Calls> {
  const tokenizer = await loadTokenizer(context.models.reward);
  const limits = { count: 60, tokensPerRowMax: context.models.tokensPerRowMax };
  const stream = (await takePairs(context.dataFile, tokenizer, limits)).flatMap(({ chosenIds }) => chosenIds);
  let at = 0;
  const take = (count: number) => {
    if (at + count > stream.length) throw new BenchError("the data has too few tokens for the candidates");
    at += count;
    return stream.slice(at - count, at);
  };
  return Array.from({ length: PROMPTS }, () => {
    const prompt = take(PROMPT_TOKENS);
    return [SPREAD.map((share) => [...prompt, ...take(Math.round(ANSWER_TOKENS * share))])];
  });
}

export async function candidatesCase(context: BenchContext, ours: readonly OurName[]): Promise<boolean> {
  return compare(context, ours, {
    case: "candidates",
    calls: await candidateCalls(context),
    count: CANDIDATES * (PROMPTS - 1),
    unit: "candidates/s",
    rowsPerBatch: CANDIDATES,
    goal: 5,
    fields: { candidates: CANDIDATES, promptTokens: PROMPT_TOKENS, prompts: PROMPTS - 1 },
  });
}
