/** Step 4: the new models against those in service, on the same held-out pairs; promoted only if better. */
import { decidePromotion, type HeldoutResult, type PromotionDecision } from "@/lib/domain/promotion";
import { DomainError } from "@/lib/errors";
import { servingModels } from "@/lib/services/rejection-sampling/store";
import { putIntoService } from "@/lib/services/reward-models/promote";
import { roundRewardModels } from "@/lib/services/reward-models/read";
import { finishStep } from "@/lib/services/rounds/step-lease";
import type { EvaluationReport } from "@/trainer/format/evaluation";
import { runEvaluation } from "../run-evaluation";
import { snapshotRows } from "../snapshot-rows";
import type { StepRun } from "./step";

const NOTHING: HeldoutResult = { n: 0, accuracy: null, logLoss: null };
const resultOf = ({ overall, logLoss }: EvaluationReport): HeldoutResult => ({
  n: overall.n,
  accuracy: overall.accuracy,
  logLoss,
});

interface Verdict extends PromotionDecision {
  rewardModelId: string;
  task: "helpfulness" | "safety";
  servingId: string | null;
  heldout: HeldoutResult;
}

export async function evaluate(run: StepRun): Promise<void> {
  const { context, lease, signal } = run;
  const { snapshotId, counts } = await snapshotRows(context, lease.roundId);
  const models = await roundRewardModels(context, lease);
  const serving = await servingModels(context, lease.projectId);
  const engine = lease.config.training.shared.engine;
  const judge = async (rewardModelId: string, what: string, done: number): Promise<HeldoutResult> => {
    await run.progress(done, `Evaluating ${what}.`);
    return resultOf(await runEvaluation(context, { rewardModelId, snapshotId, engine, signal }));
  };
  const verdicts: Verdict[] = [];
  for (const [index, { id, task }] of models.entries()) {
    const rival = serving[task];
    const done = index / models.length;
    const judged = counts.heldout[task] > 0;
    if (!judged) await run.log(`No ${task} pair is held out yet: the ${task} model cannot be judged in this round.`);
    const heldout = judged ? await judge(id, `the new ${task} model`, done) : NOTHING;
    const against =
      rival === null
        ? null
        : judged
          ? await judge(rival.id, `the ${task} model in service`, done + 0.5 / models.length)
          : NOTHING;
    const decision = decidePromotion(heldout, against);
    await run.log(`${task}: ${decision.promote ? "promoted" : "not promoted"}. ${decision.reason}`);
    verdicts.push({ ...decision, rewardModelId: id, task, servingId: rival?.id ?? null, heldout });
  }
  await finishStep(context, lease, async (tx) => {
    const now = await servingModels(context, lease.projectId, tx);
    for (const verdict of verdicts) {
      if ((now[verdict.task]?.id ?? null) !== verdict.servingId)
        throw new DomainError(
          "conflict",
          `The ${verdict.task} model in service changed during the evaluation. Retry this step.`,
        );
      if (verdict.promote) await putIntoService(context, tx, verdict.rewardModelId, verdict.reason);
    }
    const promoted = verdicts.filter(({ promote }) => promote).map(({ task }) => task);
    const message =
      promoted.length > 0 ? `Promoted: ${promoted.join(", ")}.` : "No new model is better: those in service stay.";
    return { output: { verdicts }, message };
  });
}
