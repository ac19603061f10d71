/** Fills a project with pairs by set-based statements: a million items in a minute or two. */
import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Db } from "../../db/client";
import { countCampaigns } from "../../db/queries/ordering";
import { createCampaign, createProject, createTokens, createUsers } from "../support/annotation-fixture";

export interface QueueData {
  projectId: string;
  tokens: string[];
}

const ITEMS_PER_STATEMENT = 50_000;

/** `judgements`: how many the queue must be able to hand out; few items get an overlap, within what the annotators can give. */
export async function fillQueue(
  db: Db,
  { items, annotators, judgements }: { items: number; annotators: number; judgements: number },
): Promise<QueueData> {
  const overlap = Math.max(1, Math.min(annotators, 100, Math.ceil(judgements / items)));
  const projectId = await createProject(db, `Queue ${randomUUID()}`);
  const campaignId = await createCampaign(db, projectId, { overlap });
  for (let done = 0; done < items; done += ITEMS_PER_STATEMENT)
    await db.execute(sql`
      with numbered as materialized (
        select n, gen_random_uuid() as dialogue, gen_random_uuid() as prompt, gen_random_uuid() as first, gen_random_uuid() as second
        from generate_series(${done + 1}::int, ${Math.min(items, done + ITEMS_PER_STATEMENT)}::int) n
      ), d as (
        insert into dialogues (id, project_id) select dialogue, ${projectId}::uuid from numbered
      ), m as (
        insert into messages (id, dialogue_id, parent_id, role, content, source)
        select prompt, dialogue, null, 'user'::message_role, 'Question ' || n || ': ' || repeat('what is asked ', 12), null from numbered
        union all
        select first, dialogue, prompt, 'assistant', 'First answer to ' || n || ' ' || repeat('and so it goes on ', 20), 'bench' from numbered
        union all
        select second, dialogue, prompt, 'assistant', 'Second answer to ' || n || ' ' || repeat('but it may differ ', 20), 'bench' from numbered
      )
      insert into items (project_id, campaign_id, kind, dialogue_id, context_message_id, response1_id, response2_id,
        pair_probability, overlap, slots_remaining)
      select ${projectId}::uuid, ${campaignId}::uuid, 'pair', dialogue, prompt, first, second, 1, ${overlap}::int, ${overlap}::int from numbered`);
  await db.execute(sql`analyze items, messages, dialogues`);
  // As the worker does within a minute.
  await countCampaigns(db);
  const users = await createUsers(db, projectId, annotators);
  const tokens = await createTokens(
    db,
    users.map(({ id }) => id),
  );
  return { projectId, tokens };
}
