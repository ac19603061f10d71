/** The demo's gold items, marked by its lead in the open campaigns, with the annotators' answers to them. */
import { sql } from "drizzle-orm";
import { selectRow } from "@/db/queries/rows";
import type { ServiceContext } from "@/lib/services/context";
import { createGoldItem } from "@/lib/services/gold/create";
import type { Task } from "@/trainer/format/pair";
import { ENTRIES } from "./content";
import { GOLD } from "./content/gold";
import { type DemoJudgement, labelOf } from "./judgements";
import type { DemoPerson } from "./people";

/** This one the second annotator misses. */
const MISSED = GOLD[1]?.prompt;

interface Target {
  projectId: string;
  campaignIds: Record<Task, string>;
  annotators: DemoPerson[];
}

/** `lead`: in whose name they are marked. In every pair of the open campaigns response 1 is the better one. */
export async function seedGold(
  lead: ServiceContext,
  { projectId, campaignIds, annotators }: Target,
): Promise<DemoJudgement[]> {
  const judgements: DemoJudgement[] = [];
  for (const { task, prompt, explanation } of GOLD) {
    const pair = await selectRow<{ id: string; response1Id: string; response2Id: string }>(
      lead.db,
      sql`select i.id, i.response1_id as "response1Id", i.response2_id as "response2Id"
        from items i join messages m on m.id = i.context_message_id
        where i.campaign_id = ${campaignIds[task]}::uuid and i.purpose = 'work' and m.content = ${prompt}`,
    );
    const entry = ENTRIES.find((known) => known.task === task && known.prompt.at(-1)?.content === prompt);
    if (!pair || !entry) throw new Error(`the demo has no open pair for "${prompt}"`);
    const { safety, risk } = entry;
    const { itemId } = await createGoldItem(lead, {
      projectId,
      itemId: pair.id,
      preferred: 1,
      explanation,
      ...(safety ? { safety } : {}),
    });
    const right = { chosenId: pair.response1Id, rejectedId: pair.response2Id };
    const wrong = { chosenId: pair.response2Id, rejectedId: pair.response1Id };
    for (const [place, annotator] of annotators.entries()) {
      const verdict = place === 1 && prompt === MISSED ? wrong : right;
      const label = labelOf(`gold: ${prompt}`, place);
      judgements.push({ itemId, annotator, task, label, ...verdict, strength: "better", safety, risk });
    }
    await lead.db.execute(sql`
      update items set judgements = ${annotators.length}::int, slots_remaining = slots_remaining - ${annotators.length}::int
      where id = ${itemId}::uuid`);
  }
  return judgements;
}
