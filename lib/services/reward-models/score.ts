/** Scoring on request: the web server queues, the worker answers, the caller waits a little or polls. */
import { and, eq, sql } from "drizzle-orm";
import { selectScoreRequest } from "@/db/queries/training";
import { rewardModels, scoreRequests } from "@/db/schema";
import type { ScoreRequest } from "@/lib/contracts/reward-models";
import { DomainError, notFound } from "@/lib/errors";
import { enqueue } from "@/lib/jobs";
import type { Message } from "@/trainer/format/pair";
import { inTransaction, requireProject, type ServiceContext } from "../context";
import { iso } from "../instants";
import { requireRewardModel } from "./read";

const WAIT_SECONDS = 25;
const LOOK_EVERY_MS = 250;

export interface ScoreItem {
  id: string;
  prompt: Message[];
  response: string;
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

function view(row: NonNullable<Awaited<ReturnType<typeof selectScoreRequest>>>): ScoreRequest {
  const rewards = row.rewards;
  return {
    id: row.id,
    rewardModelId: row.rewardModelId,
    state: row.state,
    scores:
      rewards === null
        ? null
        : row.responses.map(({ id }, index) => ({ id, reward: rewards[index]!, score: sigmoid(rewards[index]!) })),
    error: row.error,
    createdAt: iso(row.createdAt),
  };
}

export async function getScoreRequest(context: ServiceContext, id: string): Promise<ScoreRequest> {
  const row = await selectScoreRequest(context.db, id);
  if (!row) throw notFound("Scoring request");
  await requireProject(context, context.db, row.projectId, "lead");
  return view(row);
}

/** Queues the responses and waits for the worker; `waitSeconds` 0 gives the queued request at once. */
export async function scoreWithRewardModel(
  context: ServiceContext,
  input: { rewardModelId: string; items: ScoreItem[] },
  waitSeconds = WAIT_SECONDS,
): Promise<ScoreRequest> {
  const { model } = await requireRewardModel(context, input.rewardModelId);
  const twice = input.items.find(({ id }, index) => input.items.findIndex((other) => other.id === id) !== index);
  if (twice) {
    const problem = { path: "body.items", message: `the id "${twice.id}" is there twice` };
    throw new DomainError("invalid", `${problem.path}: ${problem.message}`, [problem]);
  }
  const id = await inTransaction(context, async (tx) => {
    const [row] = await tx
      .insert(scoreRequests)
      .values({
        projectId: model.projectId,
        rewardModelId: model.id,
        requestedBy: context.actor.kind === "user" ? context.actor.id : null,
        responses: input.items,
      })
      .returning({ id: scoreRequests.id });
    await enqueue(
      context.db,
      tx,
      "score.run",
      { projectId: model.projectId, scoreRequestId: row!.id },
      { key: row!.id },
    );
    return row!.id;
  });
  const until = Date.now() + waitSeconds * 1000;
  for (;;) {
    const request = await getScoreRequest(context, id);
    if (request.state !== "queued" || Date.now() >= until) return request;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** What the worker needs to answer a request; null when it is answered already. */
export async function loadScoreRequest(context: ServiceContext, id: string) {
  const row = await selectScoreRequest(context.db, id);
  if (row?.state !== "queued") return null;
  const [model] = await context.db
    .select({ directory: rewardModels.directory })
    .from(rewardModels)
    .where(eq(rewardModels.id, row.rewardModelId));
  return model ? { items: row.responses, directory: model.directory } : null;
}

export async function answerScoreRequest(
  context: ServiceContext,
  id: string,
  answer: { rewards: number[] } | { error: string },
): Promise<void> {
  await context.db
    .update(scoreRequests)
    .set({ state: "rewards" in answer ? "done" : "failed", ...answer, finishedAt: sql`now()` })
    .where(and(eq(scoreRequests.id, id), eq(scoreRequests.state, "queued")));
}
