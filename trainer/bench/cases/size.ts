/** Speed against the tokens of a micro-batch and the model's size, with the share of the measured peak of matrix products (MFU). */
import { type OurName, runOurs, type TrainingResult } from "../contenders";
import type { BenchContext } from "../context";
import { medianOf, rounded } from "../figures";
import { flopsOfRows } from "../flops";
import { bothRan, interleave } from "../rounds";
import { trainingRequest } from "../training-request";

export const TOKEN_BUDGETS = [512, 1024, 2048, 4096, 8192] as const;

export interface SizeCaseOptions {
  ours: readonly OurName[];
  /** Timed pairs, in one step, so that a step fills the largest micro-batch. */
  pairs: number;
}

/** Large enough for the CPU's best. */
const SQUARE_SIDE = 1024;
/** Goal on the CPU in float32 at 135M. */
const MFU_GOAL = 0.7;

export async function sizeCase(context: BenchContext, { ours, pairs }: SizeCaseOptions): Promise<boolean> {
  const { models, dataFile, directory, emit, report } = context;
  const settings = { pairs, heldout: 0, learningRate: 1e-6, seed: 1, pairsPerStep: pairs };
  const request = await trainingRequest(models, dataFile, settings, directory);
  const flops = flopsOfRows(models.config, request.rows.slice(-request.pairsTimed), request.config);
  const { hiddenSize, intermediateSize } = models.config;
  for (const name of ours) {
    const contenders = TOKEN_BUDGETS.map((tokensPerMicroBatch) => ({
      name: `${name}@${tokensPerMicroBatch}`,
      run: () =>
        runOurs(
          name,
          { ...context, request },
          {
            config: { tokensPerMicroBatch },
            peak: { tokens: tokensPerMicroBatch, inputs: hiddenSize, outputs: intermediateSize, side: SQUARE_SIDE },
          },
        ),
    }));
    const kept = await interleave<TrainingResult>(contenders, context.rounds, ({ contender, result }) =>
      report(`${contender} ${(request.pairsTimed / result.seconds).toFixed(2)} pairs/s`),
    );
    // One peak for all budgets: the best that any of the runs saw.
    const peakGflops = Math.max(...kept.map(({ result }) => result.peakGflops ?? 0));
    for (const tokens of TOKEN_BUDGETS) {
      if (!bothRan(kept, `${name}@${tokens}`, `${name}@${tokens}`)) continue;
      const seconds = medianOf(kept, `${name}@${tokens}`, ({ result }) => result.seconds);
      emit({
        case: "size",
        size: models.size,
        ours: name,
        tokensPerMicroBatch: tokens,
        pairs: request.pairsTimed,
        rounds: context.rounds.rounds,
        oursPerSecond: rounded(request.pairsTimed / seconds),
        packedTokensPerSecond: Math.round(request.tokensTimed / seconds),
        modelGflops: rounded(flops / seconds / 1e9),
        peakGflops: rounded(peakGflops),
        mfu: rounded(flops / seconds / 1e9 / peakGflops, 3),
        goal: models.size === "smollm2" && name.endsWith("f32") ? MFU_GOAL : null,
        peakRssMib: medianOf(kept, `${name}@${tokens}`, ({ result }) => result.peakRssMib),
        disturbed: kept.some(({ contender, disturbed }) => contender === `${name}@${tokens}` && disturbed),
      });
    }
  }
  return true;
}
