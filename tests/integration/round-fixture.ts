/** A small project that a whole round runs through in seconds: a tiny model on wasm, recorded answers, a few dozen judgements. */
import { createDatabase, type Database } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import * as schema from "@/db/schema";
import { contentHash, promptHash } from "@/lib/domain/holdout";
import { projectSettingsSchema } from "@/lib/domain/project-settings";

const seed = { id: null, kind: "seed" } as const;
const NAMES = ["Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal", "Ida", "Jo", "Kim", "Lu", "Mia", "Ned", "Oz", "Pia"];

export const TINY_SETTINGS = {
  heldoutShare: 0.3,
  comparisonsMin: 4,
  training: {
    baseModel: "tiny",
    shared: { engine: "wasm", pairsPerStep: 4, tokensPerRowMax: 96, checkpointEverySteps: 1, learningRateMax: 1e-3 },
  },
  sampling: { promptsPerRound: 4, candidatesPerPrompt: 3, tokensMax: 32 },
  ghostAttention: { dialoguesPerRound: 2, turns: 2 },
};

async function insertComparison(
  tx: Parameters<Parameters<Database["db"]["transaction"]>[0]>[0],
  ids: { projectId: string; campaignId: string },
  row: { task: "helpfulness" | "safety"; number: number; question: string },
) {
  const { projectId, campaignId } = ids;
  const one = async (rows: Promise<{ id: string }[]>): Promise<string> => (await rows)[0]!.id;
  const { task, number, question } = row;
  const hash = promptHash([{ role: "user", content: question }]);
  const dialogueId = await one(tx.insert(schema.dialogues).values({ projectId, promptHash: hash }).returning());
  const message = (role: "user" | "assistant", content: string, parentId: string | null) =>
    one(tx.insert(schema.messages).values({ dialogueId, parentId, role, content, source: "fixture" }).returning());
  const contextMessageId = await message("user", question, null);
  const chosenId = await message("assistant", `Yes, number ${number}.`, contextMessageId);
  const rejectedId = await message("assistant", "no", contextMessageId);
  const itemId = await one(
    tx
      .insert(schema.items)
      .values({
        projectId,
        campaignId,
        kind: "pair",
        state: "done",
        dialogueId,
        contextMessageId,
        response1Id: chosenId,
        response2Id: rejectedId,
        pairProbability: 1,
        overlap: 1,
        slotsRemaining: 0,
      })
      .returning(),
  );
  await tx.insert(schema.comparisons).values({
    projectId,
    itemId,
    source: "import",
    sourceName: "fixture",
    task,
    chosenId,
    rejectedId,
    strength: "better",
    safety: task === "safety" ? (["preferred_safe", "both_safe", "both_unsafe"] as const)[number % 3] : null,
    idempotencyKey: `fixture-${projectId}-${task}-${number}`,
    payloadHash: hash,
  });
}

/** The id of a project with 16 comparisons and 3 prompts of each task, and a replay policy of two variants. */
export async function createRoundProject(database: Database, settings: object = TINY_SETTINGS): Promise<string> {
  return database.db.transaction(async (tx) => {
    const [project] = await tx
      .insert(schema.projects)
      .values({ name: "Round", settings: projectSettingsSchema.parse(settings) })
      .returning();
    const projectId = project!.id;
    await insertAudit(tx, { actor: seed, action: "fixture", objectType: "project", objectId: projectId, projectId });
    for (const task of ["helpfulness", "safety"] as const) {
      const [campaign] = await tx
        .insert(schema.campaigns)
        .values({ projectId, name: task, kind: "preference", task })
        .returning();
      for (const [number, name] of NAMES.entries())
        await insertComparison(
          tx,
          { projectId, campaignId: campaign!.id },
          { task, number, question: `${task}: who is ${name}?` },
        );
      for (const topic of ["tea", "rain", "moss"]) {
        const messages = [{ role: "user" as const, content: `${task}: what is ${topic}?` }];
        const hashes = { promptHash: promptHash(messages), contentHash: contentHash(messages) };
        await tx.insert(schema.prompts).values({ projectId, task, messages, ...hashes, source: "fixture" });
      }
    }
    const recordings = ["tea", "rain", "moss"].map((topic) => ({
      prompt: `what is ${topic}?`,
      responses: [`${topic} is nice.`, `I like ${topic} a lot.`, `Nobody knows ${topic}.`, `${topic}, of course!`],
    }));
    const [policy] = await tx
      .insert(schema.policies)
      .values({ projectId, name: "Recorded", kind: "replay", config: { recordings } })
      .returning();
    await tx.insert(schema.policyVariants).values(["calm", "wild"].map((name) => ({ policyId: policy!.id, name })));
    return projectId;
  });
}

export const openDatabase = (url: string): Database => createDatabase(url, { connectionsMax: 6 });
