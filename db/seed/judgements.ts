/** Judgements by two demo annotators on the same items, so that agreement and charts have something to show. */
import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { assignments, campaigns, comparisons, dialogues, items, messages } from "@/db/schema";
import { contentHash, promptHash } from "@/lib/domain/holdout";
import { auditActor, inTransaction, type ServiceContext } from "@/lib/services/context";
import { type Message, STRENGTHS, type Strength, type Task } from "@/trainer/format/pair";
import { type DemoEntry, ENTRIES } from "./content";

const ITEMS_PER_TASK = { helpfulness: 18, safety: 10 } as const;
/** Every seventh item the second annotator prefers the other answer, as people do. */
const DISAGREES_EVERY = 7;

interface SeededItem {
  id: string;
  dialogueId: string;
  contextMessageId: string;
  response1Id: string;
  response2Id: string;
  language: string;
  payload: { contentHash: string };
}

/** Good against poor in turn on either side; the dialogue's messages hang below each other. */
function itemOf(entry: DemoEntry, index: number) {
  const dialogueId = randomUUID();
  const messageRows: (typeof messages.$inferInsert)[] = [];
  const add = (role: Message["role"], content: string, parentId: string | null): string => {
    const id = randomUUID();
    messageRows.push({ id, dialogueId, parentId, role, content, source: "demo" });
    return id;
  };
  let parentId: string | null = null;
  for (const { role, content } of entry.prompt) parentId = add(role, content, parentId);
  const answers = index % 2 === 0 ? [entry.good, entry.poor] : [entry.poor, entry.good];
  const [response1Id = "", response2Id = ""] = answers.map((content) => add("assistant", content, parentId));
  const item: SeededItem = {
    id: randomUUID(),
    dialogueId,
    contextMessageId: parentId ?? "",
    response1Id,
    response2Id,
    language: /\p{Script=Hangul}/u.test(entry.good) ? "ko" : "en",
    payload: { contentHash: contentHash({ kind: "demo", prompt: entry.prompt, task: entry.task }) },
  };
  return { messageRows, item };
}

interface Judgement {
  entry: DemoEntry;
  item: SeededItem;
  index: number;
  annotator: number;
}

function verdictOf({ entry, item, index, annotator }: Judgement) {
  const first = index % 2 === 0 ? item.response1Id : item.response2Id;
  const other = index % 2 === 0 ? item.response2Id : item.response1Id;
  const disagrees = annotator === 1 && index % DISAGREES_EVERY === DISAGREES_EVERY - 1;
  const strength: Strength = disagrees ? "negligibly_better" : (STRENGTHS[(index + annotator) % 3] ?? "better");
  const safety = entry.safety && (disagrees ? ("both_safe" as const) : entry.safety);
  const [chosenId, rejectedId] = disagrees ? [other, first] : [first, other];
  return { chosenId, rejectedId, strength, safety, durationMs: 14_000 + 3700 * ((index * 5 + annotator * 3) % 11) };
}

export async function seedJudgements(
  context: ServiceContext,
  input: { projectId: string; annotators: string[] },
): Promise<void> {
  await seedTask(context, input, "helpfulness");
  await seedTask(context, input, "safety");
}

async function seedTask(
  context: ServiceContext,
  { projectId, annotators }: { projectId: string; annotators: string[] },
  task: Task,
): Promise<void> {
  const entries = ENTRIES.filter((entry) => entry.task === task).filter((_, index) => index % 3 === 1);
  const made = entries
    .slice(0, ITEMS_PER_TASK[task])
    .map((entry, index) => ({ entry, index, ...itemOf(entry, index) }));
  await inTransaction(context, async (tx) => {
    const actor = auditActor(context.actor);
    const name = `First week (${task})`;
    const [campaign] = await tx
      .insert(campaigns)
      .values({ projectId, name, kind: "preference", task, state: "closed", overlap: annotators.length })
      .returning({ id: campaigns.id });
    const campaignId = campaign?.id ?? "";
    await tx.insert(dialogues).values(
      made.map(({ entry, item }) => ({
        id: item.dialogueId,
        projectId,
        promptHash: promptHash(entry.prompt),
        language: item.language,
      })),
    );
    await tx.insert(messages).values(made.flatMap(({ messageRows }) => messageRows));
    const target = { projectId, campaignId, kind: "pair", state: "done", overlap: annotators.length } as const;
    const shown = { pairProbability: 1, slotsRemaining: 0, ...target };
    await tx.insert(items).values(made.map(({ item }) => ({ ...item, ...shown })));
    await tx.execute(sql`update items set judgements = overlap where campaign_id = ${campaignId}`);
    for (const [annotator, userId] of annotators.entries())
      for (const { entry, item, index } of made) {
        const swapped = (index + annotator) % 2 === 0;
        const lease = { itemId: item.id, projectId, userId, swapped, state: "submitted" as const };
        const [assignment] = await tx
          .insert(assignments)
          .values({ ...lease, expiresAt: new Date(), endedAt: new Date() })
          .returning({ id: assignments.id });
        const verdict = verdictOf({ entry, item, index, annotator });
        const key = `demo:${item.id}:${annotator}`;
        await tx.insert(comparisons).values({
          ...verdict,
          projectId,
          itemId: item.id,
          assignmentId: assignment?.id,
          userId,
          source: "annotator",
          task,
          swapped,
          idempotencyKey: key,
          payloadHash: contentHash(verdict),
        });
      }
    await insertAudit(tx, {
      actor,
      action: "demo.judgements_seeded",
      objectType: "campaign",
      objectId: campaignId,
      projectId,
      details: { items: made.length, annotators: annotators.length },
    });
  });
}
