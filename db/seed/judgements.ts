/** Judgements by two demo annotators on the same items, so that agreement and charts have something to show. */
import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { insertDialogues, insertItems, insertMessages, type NewItem, type NewMessage } from "@/db/queries/import";
import { assignments, campaigns, comparisons } from "@/db/schema";
import { contentHash, promptHash } from "@/lib/domain/holdout";
import { auditActor, inTransaction, type ServiceContext } from "@/lib/services/context";
import { STRENGTHS, type Strength, type Task } from "@/trainer/format/pair";
import { type DemoEntry, ENTRIES } from "./content";

const ITEMS_PER_TASK = { helpfulness: 18, safety: 10 } as const;
/** Every seventh item the second annotator prefers the other answer, as people do. */
const DISAGREES_EVERY = 7;

/** Good against poor in turn on either side; the dialogue's messages hang below each other. */
function itemOf(entry: DemoEntry, index: number): { dialogueId: string; messages: NewMessage[]; item: NewItem } {
  const dialogueId = randomUUID();
  const messages: NewMessage[] = [];
  const add = (role: string, content: string, parentId: string | null): string => {
    const id = randomUUID();
    messages.push({ id, dialogueId, parentId, role, content, source: "demo" });
    return id;
  };
  let parentId: string | null = null;
  for (const { role, content } of entry.prompt) parentId = add(role, content, parentId);
  const answers = index % 2 === 0 ? [entry.good, entry.poor] : [entry.poor, entry.good];
  const [response1Id = "", response2Id = ""] = answers.map((content) => add("assistant", content, parentId));
  const item = {
    id: randomUUID(),
    dialogueId,
    contextMessageId: parentId ?? "",
    response1Id,
    response2Id,
    payload: { contentHash: contentHash({ kind: "demo", prompt: entry.prompt, task: entry.task }) },
  };
  return { dialogueId, messages, item };
}

interface Judgement {
  entry: DemoEntry;
  item: NewItem;
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
    const dialogues = made.map(({ entry, dialogueId }) => ({
      id: dialogueId,
      promptHash: promptHash(entry.prompt),
      language: /\p{Script=Hangul}/u.test(entry.good) ? "ko" : "en",
    }));
    await insertDialogues(tx, projectId, dialogues);
    const rows = made.flatMap(({ messages }) => messages);
    await insertMessages(tx, rows);
    const target = { projectId, campaignId, state: "done", overlap: annotators.length, slotsRemaining: 0 } as const;
    const shown = made.map(({ item }) => item);
    await insertItems(tx, target, shown);
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
