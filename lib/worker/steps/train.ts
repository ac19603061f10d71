/** Step 3: one reward model per task that has pairs. */
import { DomainError } from "@/lib/errors";
import { finishStep, withStep } from "@/lib/services/rounds/step-lease";
import { requeueTrainingRun } from "@/lib/services/training-runs/cancel";
import { ensureRoundTrainingRun } from "@/lib/services/training-runs/create";
import { getTrainingRun } from "@/lib/services/training-runs/read";
import { TASKS, type Task } from "@/trainer/format/pair";
import { runTraining } from "../run-training";
import { snapshotRows } from "../snapshot-rows";
import type { StepRun } from "./step";

/** The model of one task: made, gone on with, or found finished by an earlier attempt. */
async function trainTask(
  run: StepRun,
  snapshotId: string,
  task: Task,
  share: (done: number) => number,
): Promise<string> {
  const { context, lease, signal } = run;
  const { projectId, roundId, config: settings } = lease;
  const trainingRunId = await withStep(context, lease, async (tx) => {
    const id = await ensureRoundTrainingRun(context, tx, { projectId, roundId, snapshotId, task, settings });
    await requeueTrainingRun(context, tx, id);
    return id;
  });
  const known = await getTrainingRun(context, trainingRunId);
  if (known.rewardModelId !== null) return known.rewardModelId;
  await run.log(`Training the ${task} reward model from ${known.baseModel}.`);
  let reportedAt = 0;
  const result = await runTraining(context, {
    trainingRunId,
    signal,
    takeOver: true,
    onNote: (note) => void run.log(`${task}: ${note}`).catch(() => undefined),
    onProgress: ({ step, stepsTotal, loss, accuracy }) => {
      if (Date.now() - reportedAt < 1000) return;
      reportedAt = Date.now();
      const figures = `loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(0)}%`;
      void run
        .progress(share(step / stepsTotal), `${task}: step ${step} of ${stepsTotal}, ${figures}`)
        .catch(() => undefined);
    },
  });
  if (result.status === "done") return result.rewardModelId;
  throw new DomainError(
    "conflict",
    `The ${task} training run was cancelled. Resume it, or retry this step, to go on from its checkpoint.`,
  );
}

export async function train(run: StepRun): Promise<void> {
  const { context, lease } = run;
  const { snapshotId, counts } = await snapshotRows(context, lease.roundId);
  const tasks = TASKS.filter((task) => counts.train[task] > 0);
  if (tasks.length === 0)
    throw new DomainError(
      "conflict",
      "Every pair of the snapshot is held out, so there is nothing to train on. Collect more comparisons on other prompts and start a new round.",
    );
  const skipped = TASKS.filter((task) => counts.train[task] === 0);
  for (const task of skipped)
    await run.log(`No ${task} pair in the snapshot: no ${task} model is trained in this round.`);
  const rewardModelIds: Partial<Record<Task, string>> = {};
  for (const [index, task] of tasks.entries())
    rewardModelIds[task] = await trainTask(run, snapshotId, task, (done) => (index + done) / tasks.length);
  const without = skipped.length > 0 ? `; without data: ${skipped.join(", ")}` : "";
  const message = `Trained: ${tasks.join(", ")}${without}.`;
  await finishStep(context, lease, async () => ({ output: { rewardModelIds, skipped }, message }));
}
