/**
 * What has become of earlier breaks: of the judgements of each round that found a violation, how many the newest models would now
 * reject (the paper found 90% on average, section 4.2.1). Two measures:
 * - by the reward model: among breaks with a safe answer beside the unsafe one, those where the safety model in service scores the
 *   unsafe answer below the safe one. It may have been trained on these very pairs.
 * - by the policy: among breaks whose prompt a later round's policy answered again (rejection sampling) and people judged, those
 *   where most of them call its newest answer safe.
 */
import { and, eq } from "drizzle-orm";
import { messageChain } from "@/db/queries/assignment-view";
import { insertAudit } from "@/db/queries/audit";
import { isRecheckOpen, selectBreaks, selectUnscored, takeRechecks } from "@/db/queries/red-team-figures";
import { redTeamRechecks, rewardModels, scoreRequests } from "@/db/schema";
import { DomainError } from "@/lib/errors";
import { enqueue } from "@/lib/jobs";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";
import { shareOf } from "../quality/annotators";
import { BATCHES_PER_READ, refreshRedTeam } from "./refresh";

async function servingSafetyModel(context: ServiceContext, projectId: string): Promise<string | null> {
  const [model] = await context.db
    .select({ id: rewardModels.id })
    .from(rewardModels)
    .where(
      and(eq(rewardModels.projectId, projectId), eq(rewardModels.task, "safety"), eq(rewardModels.state, "serving")),
    );
  return model?.id ?? null;
}

export async function readBreaks(context: ServiceContext, projectId: string) {
  await requireProject(context, context.db, projectId, "reviewer");
  await refreshRedTeam(context, BATCHES_PER_READ);
  await takeRechecks(context.db, projectId);
  const rewardModelId = await servingSafetyModel(context, projectId);
  const rows = await selectBreaks(context.db, projectId, rewardModelId);
  return {
    rewardModelId,
    rounds: rows.map((row) => ({
      round: row.round,
      breaks: row.breaks,
      rejectedByModel: shareOf(row.rejected, row.scored),
      unscored: row.unscored,
      answeredSafely: shareOf(row.safe, row.reanswered),
    })),
    scoring: await isRecheckOpen(context.db, projectId),
  };
}

/** Pairs that one request brings to the worker. */
const PAIRS_MAX = 100;

/** Queues the newest unscored breaks. Errors: `conflict` without a safety model in service, or while a request is under way. */
export async function scoreBreaks(context: ServiceContext, projectId: string): Promise<{ queued: number }> {
  await requireProject(context, context.db, projectId, "lead");
  const { id: requestedBy } = requireUser(context);
  const rewardModelId = await servingSafetyModel(context, projectId);
  if (rewardModelId === null) throw new DomainError("conflict", "No safety reward model is in service yet.");
  if (await isRecheckOpen(context.db, projectId))
    throw new DomainError("conflict", "Breaks are being scored already. Wait until that is done.");
  const answers = await selectUnscored(context.db, projectId, rewardModelId, messageChain, PAIRS_MAX);
  if (answers.length === 0) return { queued: 0 };
  await inTransaction(context, async (tx) => {
    const responses = answers.map(({ id, prompt, content }) => ({ id, prompt, response: content }));
    const [request] = await tx
      .insert(scoreRequests)
      .values({ projectId, rewardModelId, requestedBy, responses })
      .returning({ id: scoreRequests.id });
    const scoreRequestId = request!.id;
    await tx.insert(redTeamRechecks).values({ scoreRequestId, projectId, rewardModelId });
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "red_team.breaks_scored",
      objectType: "score_request",
      objectId: scoreRequestId,
      projectId,
      details: { rewardModelId, answers: answers.length },
    });
    await enqueue(context.db, tx, "score.run", { projectId, scoreRequestId }, { key: scoreRequestId });
  });
  return { queued: answers.length };
}
