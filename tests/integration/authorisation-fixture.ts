/** Two projects with people of every role and one object of every kind, inserted directly, for the authorisation matrix. */
import { sql } from "drizzle-orm";
import { createDatabase, type Database } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import * as schema from "@/db/schema";
import { randomSecret, sha256, TOKEN_PREFIX } from "@/lib/auth/hash";
import { createSession } from "@/lib/auth/sessions";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import { type Role, SCOPES, type Scope } from "@/lib/domain/roles";
import type { EvaluationReport } from "@/trainer/format/evaluation";
import { trainingConfigSchema } from "@/trainer/format/training-config";

const cell = { key: "all", n: 0, correct: 0, accuracy: null, low: null, high: null };
const REPORT: EvaluationReport = {
  task: "safety",
  n: 0,
  overall: cell,
  byStrength: [],
  bySafety: [],
  meanRewardMargin: null,
  logLoss: null,
  brier: null,
  ece: null,
  reliability: [],
  lengthCorrelation: null,
  unsafeRecall: { n: 0, recall: null },
  worst: [],
};
const seed = { id: null, kind: "seed" } as const;

export interface Person {
  id: string;
  role: Role;
  cookie: string;
  /** A bearer token with every scope but this one. */
  tokenWithout(scope: Scope): Promise<string>;
}

async function person(database: Database, email: string, role: Role): Promise<Person> {
  const { db } = database;
  const id = await db.transaction(async (tx) => {
    const [user] = await tx
      .insert(schema.users)
      .values({ email, name: email, role })
      .returning({ id: schema.users.id });
    await insertAudit(tx, { actor: seed, action: "user.created", objectType: "user", objectId: user!.id });
    return user!.id;
  });
  const tokenWithout = async (scope: Scope): Promise<string> => {
    const token = TOKEN_PREFIX + randomSecret();
    await db.transaction(async (tx) => {
      const scopes = SCOPES.filter((other) => other !== scope);
      await tx.insert(schema.apiTokens).values({ userId: id, name: "matrix", tokenHash: sha256(token), scopes });
      await insertAudit(tx, { actor: seed, action: "token.created", objectType: "user", objectId: id });
    });
    return token;
  };
  return { id, role, cookie: `next-auth.session-token=${await createSession(db, id)}`, tokenWithout };
}

async function insertObjects(database: Database, lead: string, annotator: string): Promise<Record<string, string>> {
  return database.db.transaction(async (tx) => {
    await insertAudit(tx, { actor: seed, action: "fixture", objectType: "fixture", objectId: "matrix" });
    const one = async (rows: Promise<{ id: string }[]>): Promise<string> => (await rows)[0]!.id;
    const settings = projectSettingsSchema.parse({});
    const projectId = await one(
      tx.insert(schema.projects).values({ name: "P", settings, createdBy: lead }).returning(),
    );
    const campaignId = await one(
      tx.insert(schema.campaigns).values({ projectId, name: "C", kind: "preference", task: "helpfulness" }).returning(),
    );
    const config = { recordings: [{ prompt: "hi", responses: ["hello"] }] };
    const policyId = await one(
      tx.insert(schema.policies).values({ projectId, name: "M", kind: "replay", config }).returning(),
    );
    const variantId = await one(tx.insert(schema.policyVariants).values({ policyId, name: "v" }).returning());
    const promptId = await one(
      tx
        .insert(schema.prompts)
        .values({
          projectId,
          task: "helpfulness",
          messages: [{ role: "user", content: "hi" }],
          promptHash: "h",
          contentHash: "c",
          source: "test",
        })
        .returning(),
    );
    const dialogueId = await one(tx.insert(schema.dialogues).values({ projectId }).returning());
    const message = (role: "user" | "assistant", content: string) =>
      one(tx.insert(schema.messages).values({ dialogueId, role, content, source: "test" }).returning());
    const [contextMessageId, response1Id, response2Id] = [
      await message("user", "hi"),
      await message("assistant", "1"),
      await message("assistant", "2"),
    ];
    const shown = { contextMessageId, response1Id, response2Id, pairProbability: 1, dialogueId };
    const item = (extra: object) =>
      one(
        tx
          .insert(schema.items)
          .values({ projectId, campaignId, kind: "pair", overlap: 1, slotsRemaining: 0, ...shown, ...extra })
          .returning(),
      );
    const lease = (itemId: string, state: "leased" | "submitted" = "leased") =>
      one(
        tx
          .insert(schema.assignments)
          .values({
            itemId,
            projectId,
            userId: annotator,
            swapped: false,
            state,
            expiresAt: sql`now() + interval '1 hour'`,
          })
          .returning(),
      );
    const assignmentId = await lease(await item({}));
    const liveAssignmentId = await lease(
      await item({ kind: "live", contextMessageId: null, response1Id: null, response2Id: null, pairProbability: null }),
    );
    const reviewAssignmentId = await lease(await item({ kind: "turn_review" }));
    const judgedItemId = await item({ state: "done" });
    const comparisonId = await one(
      tx
        .insert(schema.comparisons)
        .values({
          projectId,
          itemId: judgedItemId,
          assignmentId: await lease(judgedItemId, "submitted"),
          userId: annotator,
          source: "annotator",
          task: "helpfulness",
          chosenId: response1Id,
          rejectedId: response2Id,
          swapped: false,
          strength: "better",
          idempotencyKey: `fixture-${judgedItemId}`,
          payloadHash: "x",
        })
        .returning(),
    );
    const roundId = await one(
      tx
        .insert(schema.rounds)
        .values({ projectId, number: 1, trigger: "manual", config: settings, state: "done" })
        .returning(),
    );
    const snapshotId = await one(
      tx
        .insert(schema.snapshots)
        .values({ projectId, roundId, name: "S", directory: "snapshots/none", manifest: {}, manifestSha256: "0" })
        .returning(),
    );
    const trainingRunId = await one(
      tx
        .insert(schema.trainingRuns)
        .values({
          projectId,
          roundId,
          snapshotId,
          task: "safety",
          config: trainingConfigSchema.parse({ task: "safety" }),
          baseModel: "tiny",
          directory: "runs/none",
          state: "cancelled",
        })
        .returning(),
    );
    const rewardModelId = await one(
      tx
        .insert(schema.rewardModels)
        .values({ projectId, trainingRunId, task: "safety", directory: "runs/none", weightsSha256: "0" })
        .returning(),
    );
    const evaluationId = await one(
      tx.insert(schema.evaluations).values({ rewardModelId, snapshotId, report: REPORT }).returning(),
    );
    const groupId = await one(tx.insert(schema.rejectionSamplingGroups).values({ roundId, promptId }).returning());
    const ghostId = await one(
      tx
        .insert(schema.ghostAttentionDialogues)
        .values({ roundId, position: 1, variantId, instruction: "i", constraints: [], messages: [], lossOn: [] })
        .returning(),
    );
    const gapId = await one(
      tx
        .insert(schema.guidelineGaps)
        .values({ projectId, itemId: judgedItemId, category: "", note: "n", raisedBy: lead })
        .returning(),
    );
    const guidelineId = await one(
      tx.insert(schema.guidelineVersions).values({ projectId, task: "safety", version: 1, body: "g" }).returning(),
    );
    const noteId = await one(
      tx.insert(schema.annotatorNotes).values({ projectId, userId: annotator, body: "Well done." }).returning(),
    );
    return {
      projectId,
      noteId,
      campaignId,
      policyId,
      variantId,
      assignmentId,
      liveAssignmentId,
      reviewAssignmentId,
      comparisonId,
      judgedItemId,
      gapId,
      roundId,
      snapshotId,
      trainingRunId,
      rewardModelId,
      evaluationId,
      groupId,
      ghostId,
      guidelineId,
      promptId,
    };
  });
}

/** What leads keep of a project: a webhook with a delivery, a saved view, a bulk action that can be undone. */
async function insertLeadsObjects(
  database: Database,
  projectId: string,
  lead: string,
): Promise<Record<string, string>> {
  return database.db.transaction(async (tx) => {
    await insertAudit(tx, { actor: seed, action: "fixture", objectType: "fixture", objectId: "matrix" });
    const values = { projectId, url: "https://hook.test", events: ["item.done"], secretCiphertext: Buffer.alloc(60) };
    const [webhook] = await tx.insert(schema.webhooks).values(values).returning();
    const [delivery] = await tx
      .insert(schema.webhookDeliveries)
      .values({ webhookId: webhook!.id, event: "webhook.ping", body: "{}" })
      .returning();
    const [view] = await tx
      .insert(schema.savedViews)
      .values({ projectId, userId: lead, screen: "items", name: "Open", query: "state=open" })
      .returning();
    const [bulk] = await tx
      .insert(schema.bulkActions)
      .values({ projectId, screen: "items", action: { kind: "withdraw" }, rows: 0 })
      .returning();
    return { webhookId: webhook!.id, deliveryId: delivery!.id, savedViewId: view!.id, bulkActionId: bulk!.id };
  });
}

/** An entry test that runs for the annotator, and a certificate. */
async function insertOnboardingObjects(
  database: Database,
  projectId: string,
  userId: string,
): Promise<Record<string, string>> {
  return database.db.transaction(async (tx) => {
    await insertAudit(tx, { actor: seed, action: "fixture", objectType: "fixture", objectId: "matrix" });
    const content = {
      ...{ title: { en: "T" }, intro: {}, minutes: 60, cooldownDays: 0, attemptsMax: null, gradersPerAnswer: 1 },
      ...{ sections: [], rules: [] },
    };
    const [test] = await tx.insert(schema.entryTests).values({ projectId, task: "safety", position: 1 }).returning();
    const testId = test!.id;
    const [version] = await tx
      .insert(schema.entryTestVersions)
      .values({ testId, version: 1, content, publishedAt: new Date() })
      .returning();
    const deadline = sql`now() + interval '1 hour'`;
    const [attempt] = await tx
      .insert(schema.entryTestAttempts)
      .values({ projectId, testId, versionId: version!.id, userId, locale: "en", deadline })
      .returning();
    const [certificate] = await tx
      .insert(schema.certificates)
      .values({ projectId, task: "safety", userId })
      .returning();
    return { entryTestId: testId, attemptId: attempt!.id, certificateId: certificate!.id };
  });
}

export interface AuthorisationFixture {
  database: Database;
  ids: Record<string, string>;
  /** Members of the project that holds the objects; `colleague` is a second annotator in it. */
  members: Record<Role, Person> & { colleague: Person };
  /** Same roles, members of another project only. */
  strangers: Record<Role, Person>;
}

export async function createAuthorisationFixture(url: string): Promise<AuthorisationFixture> {
  const database = createDatabase(url, { connectionsMax: 4 });
  const crew = async (place: string) => ({
    annotator: await person(database, `annotator@${place}.test`, "annotator"),
    reviewer: await person(database, `reviewer@${place}.test`, "reviewer"),
    lead: await person(database, `lead@${place}.test`, "lead"),
    admin: await person(database, `admin@${place}.test`, "admin"),
  });
  const members = { ...(await crew("own")), colleague: await person(database, "colleague@own.test", "annotator") };
  const strangers = await crew("other");
  const ids = await insertObjects(database, members.lead.id, members.annotator.id);
  const otherIds = await insertObjects(database, strangers.lead.id, strangers.annotator.id);
  await database.db
    .insert(schema.projectMembers)
    .values([
      ...Object.values(members).map((member) => ({ projectId: ids.projectId!, userId: member.id })),
      ...Object.values(strangers).map((stranger) => ({ projectId: otherIds.projectId!, userId: stranger.id })),
    ]);
  const leads = await insertLeadsObjects(database, ids.projectId!, members.lead.id);
  const onboarding = await insertOnboardingObjects(database, ids.projectId!, members.annotator.id);
  return { database, ids: { ...ids, ...leads, ...onboarding, userId: members.colleague.id }, members, strangers };
}
