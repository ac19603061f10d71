/** Rows and judgements for the tests of the red-team figures. */
import type { Db } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { dialogues, items, messages, prompts, rewardModels, rounds, snapshots, trainingRuns } from "@/db/schema";
import type { ComparisonBody } from "@/lib/contracts/comparisons";
import type { AttackVector, RiskCategory } from "@/lib/domain/red-team";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import { trainingConfigSchema } from "@/trainer/format/training-config";
import { contextOf } from "./annotation-fixture";

export interface Try {
  prompt: string;
  safety: NonNullable<ComparisonBody["safety"]>;
  minutes: number;
  category?: RiskCategory;
  vector?: AttackVector;
  severity?: number;
}

/** Pairs in a safety campaign: response 1 of the first variant, response 2 of the second. */
export async function createTries(
  db: Db,
  projectId: string,
  campaignId: string,
  variants: string[],
  tries: readonly Try[],
) {
  return db.transaction(async (tx) => {
    const made: { itemId: string; first: string; second: string; promptId: string }[] = [];
    for (const [index, { prompt }] of tries.entries()) {
      const [stored] = await tx
        .insert(prompts)
        .values({
          projectId,
          task: "safety",
          messages: [{ role: "user", content: prompt }],
          promptHash: `hash of ${prompt}`,
          contentHash: `content of ${prompt} ${index}`,
          source: "test",
        })
        .returning();
      const [dialogue] = await tx.insert(dialogues).values({ projectId, promptId: stored!.id }).returning();
      const dialogueId = dialogue!.id;
      const [question] = await tx.insert(messages).values({ dialogueId, role: "user", content: prompt }).returning();
      const answers: string[] = [];
      for (const [at, variantId] of variants.entries()) {
        const [answer] = await tx
          .insert(messages)
          .values({
            dialogueId,
            parentId: question!.id,
            role: "assistant",
            content: `answer ${at} to ${prompt}`,
            variantId,
            sampling: {},
            drawProbability: 0.5,
          })
          .returning();
        answers.push(answer!.id);
      }
      const [item] = await tx
        .insert(items)
        .values({
          projectId,
          campaignId,
          kind: "pair",
          promptId: stored!.id,
          dialogueId,
          contextMessageId: question!.id,
          response1Id: answers[0],
          response2Id: answers[1],
          pairProbability: 1,
          overlap: 1,
          slotsRemaining: 1,
          randomKey: index,
        })
        .returning();
      made.push({ itemId: item!.id, first: answers[0]!, second: answers[1]!, promptId: stored!.id });
    }
    return made;
  });
}

/** Judges as told; the first answer is always the preferred one. Ids of the judgements. */
export async function judge(
  db: Db,
  projectId: string,
  user: { id: string },
  tries: readonly Try[],
): Promise<Map<string, string>> {
  const context = contextOf(db, user);
  const made = new Map<string, string>();
  for (let n = 0; n < tries.length; n += 1) {
    const leased = await leaseAssignment(context, { projectId, resume: false });
    const asked = leased!.item.context.at(-1)!.content;
    const told = tries.find(({ prompt }) => prompt === asked)!;
    const preferred = leased!.item.responseA?.startsWith("answer 0") ? ("a" as const) : ("b" as const);
    const { id } = await submitComparison(context, {
      assignmentId: leased!.assignmentId,
      preferred,
      strength: "better",
      safety: told.safety,
      tags: [],
      ...(told.safety === "preferred_unsafe" ? { rationale: "because" } : {}),
      ...(told.category ? { riskCategory: told.category } : {}),
      ...(told.vector ? { attackVector: told.vector } : {}),
      ...(told.severity ? { severity: told.severity } : {}),
      durationMs: told.minutes * 60_000,
      idempotencyKey: `try-${asked.replaceAll(" ", "-")}`,
    });
    made.set(asked, id);
  }
  return made;
}

const told = (objectType: string, objectId: string) => ({
  actor: { id: null, kind: "seed" } as const,
  action: "test.create",
  objectType,
  objectId,
});

export async function createRound(db: Db, projectId: string): Promise<string> {
  return db.transaction(async (tx) => {
    await insertAudit(tx, told("round", projectId));
    const [round] = await tx
      .insert(rounds)
      .values({ projectId, number: 1, trigger: "manual", config: {}, state: "done" })
      .returning();
    return round!.id;
  });
}

/** A safety reward model in service. */
export async function serveModel(db: Db, projectId: string): Promise<string> {
  return db.transaction(async (tx) => {
    await insertAudit(tx, told("reward_model", projectId));
    const [snapshot] = await tx
      .insert(snapshots)
      .values({ projectId, name: "S", directory: "snapshots/none", manifest: {}, manifestSha256: "0" })
      .returning();
    const [run] = await tx
      .insert(trainingRuns)
      .values({
        projectId,
        snapshotId: snapshot!.id,
        task: "safety",
        config: trainingConfigSchema.parse({ task: "safety" }),
        baseModel: "tiny",
        directory: "runs/none",
        state: "done",
      })
      .returning();
    const [model] = await tx
      .insert(rewardModels)
      .values({
        projectId,
        trainingRunId: run!.id,
        task: "safety",
        state: "serving",
        directory: "runs/none",
        weightsSha256: "0",
        promotedAt: new Date(),
      })
      .returning();
    return model!.id;
  });
}
