/** Rows that the annotator's tests need, written past the services: project, people, items. */
import { randomUUID } from "node:crypto";
import type { Db } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import {
  apiTokens,
  campaigns,
  dialogues,
  guidelineVersions,
  items,
  messages,
  policies,
  policyVariants,
  projectMembers,
  projects,
  users,
} from "@/db/schema";
import { randomSecret, sha256, TOKEN_PREFIX } from "@/lib/auth/hash";
import type { Role } from "@/lib/domain/roles";
import type { ServiceContext } from "@/lib/services/context";

const seed = { id: null, kind: "seed" } as const;
const told = (objectType: string, objectId: string) => ({ actor: seed, action: "test.create", objectType, objectId });

export const contextOf = (db: Db, user: { id: string; role?: Role }): ServiceContext => ({
  db,
  actor: { kind: "user", id: user.id, role: user.role ?? "annotator", scopes: null, locale: "en" },
});

export async function createProject(db: Db, name = "Test project"): Promise<string> {
  return db.transaction(async (tx) => {
    const [project] = await tx.insert(projects).values({ name }).returning();
    await insertAudit(tx, told("project", project!.id));
    for (const task of ["helpfulness", "safety"] as const)
      await tx
        .insert(guidelineVersions)
        .values({ projectId: project!.id, task, version: 1, body: `How to judge ${task}` });
    return project!.id;
  });
}

export async function createUsers(db: Db, projectId: string | null, count: number, role: Role = "annotator") {
  return db.transaction(async (tx) => {
    const rows = await tx
      .insert(users)
      .values(Array.from({ length: count }, () => ({ email: `${randomUUID()}@example.org`, name: "Someone", role })))
      .returning({ id: users.id, role: users.role });
    if (projectId) await tx.insert(projectMembers).values(rows.map((row) => ({ projectId, userId: row.id })));
    await insertAudit(tx, told("user", rows[0]!.id));
    return rows;
  });
}

/** Bearer tokens, one per user, in the order of `userIds`. */
export async function createTokens(db: Db, userIds: string[]): Promise<string[]> {
  const tokens = userIds.map(() => `${TOKEN_PREFIX}${randomSecret()}`);
  await db.transaction(async (tx) => {
    await tx.insert(apiTokens).values(
      userIds.map((userId, index) => ({
        userId,
        name: "test",
        tokenHash: sha256(tokens[index]!),
        scopes: ["annotate"],
      })),
    );
    await insertAudit(tx, told("api_token", "test"));
  });
  return tokens;
}

export type CampaignOptions = Partial<Omit<typeof campaigns.$inferInsert, "id" | "projectId">>;

export async function createCampaign(db: Db, projectId: string, options: CampaignOptions = {}): Promise<string> {
  return db.transaction(async (tx) => {
    const [campaign] = await tx
      .insert(campaigns)
      .values({ projectId, name: "Test campaign", kind: "preference", task: "helpfulness", ...options })
      .returning();
    await insertAudit(tx, told("campaign", campaign!.id));
    return campaign!.id;
  });
}

/** Pairs whose responses read "first" and "second". */
export async function createPairs(db: Db, projectId: string, campaignId: string, count: number, overlap = 1) {
  return db.transaction(async (tx) => {
    const made: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const [dialogue] = await tx.insert(dialogues).values({ projectId }).returning();
      const [prompt] = await tx
        .insert(messages)
        .values({ dialogueId: dialogue!.id, role: "user", content: `Question ${index}` })
        .returning();
      const answers = await tx
        .insert(messages)
        .values(
          ["first", "second"].map((content) => ({
            dialogueId: dialogue!.id,
            parentId: prompt!.id,
            role: "assistant" as const,
            content,
            source: "test",
          })),
        )
        .returning();
      const [item] = await tx
        .insert(items)
        .values({
          projectId,
          campaignId,
          kind: "pair",
          dialogueId: dialogue!.id,
          contextMessageId: prompt!.id,
          response1Id: answers.find((answer) => answer.content === "first")!.id,
          response2Id: answers.find((answer) => answer.content === "second")!.id,
          pairProbability: 1,
          overlap,
          slotsRemaining: overlap,
        })
        .returning();
      made.push(item!.id);
    }
    return made;
  });
}

export async function createLiveItems(db: Db, projectId: string, campaignId: string, count: number) {
  const rows = await db
    .insert(items)
    .values(
      Array.from({ length: count }, () => ({
        projectId,
        campaignId,
        kind: "live" as const,
        overlap: 1,
        slotsRemaining: 1,
      })),
    )
    .returning({ id: items.id });
  return rows.map((row) => row.id);
}

/** Replay policies named after their one answer, with the given draw weights. */
export async function createReplayPolicies(
  db: Db,
  projectId: string,
  answers: { response: string; weight?: number }[],
) {
  return db.transaction(async (tx) => {
    const variants: string[] = [];
    for (const { response, weight } of answers) {
      const config = { recordings: [{ prompt: "Hello", responses: [response] }] };
      const [policy] = await tx
        .insert(policies)
        .values({ projectId, name: response, kind: "replay", config })
        .returning();
      const [variant] = await tx
        .insert(policyVariants)
        .values({ policyId: policy!.id, name: `variant of ${response}`, temperature: 0.7, weight: weight ?? 1 })
        .returning();
      await insertAudit(tx, told("policy", policy!.id));
      variants.push(variant!.id);
    }
    return variants;
  });
}
