/** Judgements by two demo annotators on the same items over a working week, so that agreement, charts and the red-team map have something to show. */
import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { assignments, campaigns, comparisons, dialogues, items, messages } from "@/db/schema";
import { contentHash, promptHash } from "@/lib/domain/holdout";
import { seededInteger } from "@/lib/domain/seeded";
import { auditActor, inTransaction, type ServiceContext } from "@/lib/services/context";
import { type Message, type SafetyBin, STRENGTHS, type Strength, type Task } from "@/trainer/format/pair";
import { type DemoEntry, ENTRIES } from "./content";
import type { Risk } from "./content/shape";
import type { DemoPerson } from "./people";
import type { DemoVariants } from "./policies";

const ITEMS_PER_TASK = { helpfulness: 18, safety: 10 } as const;
/** Every seventh item the second annotator prefers the other answer, as people do. */
const DISAGREES_EVERY = 7;
const SEED = 2023;
const DAYS = 5;
const DAY_MS = 86_400_000;

/** What one annotator said of one item. */
export interface DemoJudgement {
  itemId: string;
  annotator: DemoPerson;
  task: Task;
  /** Names the draws of this judgement: whose it is and about what. */
  label: string;
  chosenId: string;
  rejectedId: string;
  strength: Strength;
  safety: SafetyBin | null;
  risk: Risk | null;
}

interface SeededItem {
  id: string;
  dialogueId: string;
  contextMessageId: string;
  response1Id: string;
  response2Id: string;
  language: string;
  category: string | null;
  attackVector: string | null;
  payload: { contentHash: string };
}

/** Good against poor in turn on either side; the dialogue's messages hang below each other. */
function itemOf(entry: DemoEntry, index: number, variants: DemoVariants) {
  const dialogueId = randomUUID();
  const messageRows: (typeof messages.$inferInsert)[] = [];
  const add = (role: Message["role"], content: string, parentId: string | null, from: object = {}): string => {
    const id = randomUUID();
    messageRows.push({ id, dialogueId, parentId, role, content, source: "demo", ...from });
    return id;
  };
  const said = (variantId: string) => ({ variantId, sampling: {}, drawProbability: 1 });
  let parentId: string | null = null;
  for (const { role, content } of entry.prompt) parentId = add(role, content, parentId);
  const answers = [
    [entry.good, variants.good],
    [entry.poor, variants.poor],
  ] as const;
  const inTurn = index % 2 === 0 ? answers : answers.toReversed();
  const [response1Id = "", response2Id = ""] = inTurn.map(([content, variantId]) =>
    add("assistant", content, parentId, said(variantId)),
  );
  const item: SeededItem = {
    id: randomUUID(),
    dialogueId,
    contextMessageId: parentId ?? "",
    response1Id,
    response2Id,
    language: /\p{Script=Hangul}/u.test(entry.good) ? "ko" : "en",
    category: entry.risk?.[0] ?? null,
    attackVector: entry.risk?.[1] ?? null,
    payload: { contentHash: contentHash({ kind: "demo", prompt: entry.prompt, task: entry.task }) },
  };
  return { messageRows, item };
}

type Made = { entry: DemoEntry; index: number } & ReturnType<typeof itemOf>;

function judgementOf({ entry, item, index }: Made, place: number, annotator: DemoPerson): DemoJudgement {
  const first = index % 2 === 0 ? item.response1Id : item.response2Id;
  const other = index % 2 === 0 ? item.response2Id : item.response1Id;
  const disagrees = place === 1 && index % DISAGREES_EVERY === DISAGREES_EVERY - 1;
  const strength: Strength = disagrees ? "negligibly_better" : (STRENGTHS[(index + place) % 3] ?? "better");
  const safety = entry.safety && (disagrees ? ("both_safe" as const) : entry.safety);
  const [chosenId, rejectedId] = disagrees ? [other, first] : [first, other];
  const label = labelOf(entry.prompt.at(-1)?.content ?? "", place);
  const { task, risk } = entry;
  return { itemId: item.id, annotator, task, label, chosenId, rejectedId, strength, safety, risk };
}

/** `place`: the annotator's among all. */
export const labelOf = (prompt: string, place: number): string => `${place} ${prompt}`;

/** Makes both tasks' items. What each annotator said of them. */
export async function seedJudgements(
  context: ServiceContext,
  input: { projectId: string; annotators: DemoPerson[]; variants: DemoVariants },
): Promise<DemoJudgement[]> {
  return inTransaction(context, async (tx) => [
    ...(await seedTask(context, tx, input, "helpfulness")),
    ...(await seedTask(context, tx, input, "safety")),
  ]);
}

async function seedTask(
  context: ServiceContext,
  tx: Tx,
  { projectId, annotators, variants }: Parameters<typeof seedJudgements>[1],
  task: Task,
): Promise<DemoJudgement[]> {
  const entries = ENTRIES.filter((entry) => entry.task === task).filter((_, index) => index % 3 === 1);
  const made = entries
    .slice(0, ITEMS_PER_TASK[task])
    .map((entry, index) => ({ entry, index, ...itemOf(entry, index, variants) }));
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
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: "demo.items_seeded",
    objectType: "campaign",
    objectId: campaignId,
    projectId,
    details: { items: made.length },
  });
  return annotators.flatMap((annotator, place) => made.map((row) => judgementOf(row, place, annotator)));
}

const draw = (...labels: (string | number)[]): number => seededInteger(SEED, ...labels) / 2 ** 31;

/** When each was given: everybody's work lies within a quarter of each of the last days. */
function timed(judgements: readonly DemoJudgement[], now: number) {
  return judgements
    .map((row) => {
      const daysAgo = 1 + Math.floor(draw("day", row.label) * DAYS);
      const at = now - daysAgo * DAY_MS + draw("time", row.label) * (DAY_MS / 4);
      return { ...row, at: new Date(at) };
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** A violation is severe now and then; where both answers are safe, there are small faults at most. */
const severityOf = ({ safety, risk, label }: Pick<DemoJudgement, "safety" | "risk" | "label">): number | null => {
  if (!safety || !risk) return null;
  const strict = draw("severity", label) < 0.3;
  return safety === "both_safe" ? (strict ? 2 : 1) : strict ? 5 : 4;
};

/** The published versions, by task and language. */
export type GuidelineIds = Record<Task, Record<DemoPerson["locale"], string>>;

/** Writes the judgements in the order in which they were given. Sides are drawn as a lease draws them. */
export async function insertJudgements(
  context: ServiceContext,
  { projectId, guidelineIds }: { projectId: string; guidelineIds: GuidelineIds },
  judgements: readonly DemoJudgement[],
): Promise<void> {
  const rows = timed(judgements, Date.now()).map((row) => ({
    ...row,
    assignmentId: randomUUID(),
    swapped: draw("side", row.label) < 0.5,
    durationMs: Math.round(12_000 + 40_000 * draw("duration", row.label) ** 2),
  }));
  await inTransaction(context, async (tx) => {
    await tx.insert(assignments).values(
      rows.map(({ assignmentId, itemId, annotator, swapped, at, durationMs }) => ({
        id: assignmentId,
        ...{ projectId, itemId, userId: annotator.id, swapped, state: "submitted" as const },
        ...{ leasedAt: new Date(at.getTime() - durationMs), expiresAt: at, endedAt: at },
      })),
    );
    await tx.insert(comparisons).values(
      rows.map(({ label, annotator, at, ...row }) => {
        const { risk, ...verdict } = row;
        return {
          ...verdict,
          ...{ projectId, userId: annotator.id, source: "annotator" as const, createdAt: at },
          ...{
            riskCategory: risk?.[0] ?? null,
            attackVector: risk?.[1] ?? null,
            severity: severityOf({ ...row, label }),
          },
          guidelineVersionId: guidelineIds[row.task][annotator.locale],
          idempotencyKey: `demo:${row.itemId}:${label}`,
          payloadHash: contentHash(row),
        };
      }),
    );
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "demo.judgements_seeded",
      objectType: "project",
      objectId: projectId,
      projectId,
      details: { judgements: rows.length },
    });
  });
}
