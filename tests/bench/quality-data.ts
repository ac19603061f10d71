/** What `bench:quality` measures: judgements by set-based statements, past the triggers, and rounds that answered some prompts again. */
import { sql } from "drizzle-orm";
import type { Db } from "../../db/client";
import { replaceFindings } from "../../db/queries/red-team";
import { createReplayPolicies, createUsers } from "../support/annotation-fixture";

export const OVERLAP = 3;
const ANNOTATORS = 60;
const VARIANTS = 4;
const ITEMS_PER_STATEMENT = 20_000;
const FINDINGS_PER_STATEMENT = 50_000;
const ROUNDS = 8;

/** Prompts of five languages and eight categories, each with one answer of every variant. */
export async function createAnswers(db: Db, projectId: string): Promise<void> {
  const variants = await createReplayPolicies(
    db,
    projectId,
    Array.from({ length: VARIANTS }, (_, n) => ({ response: `policy ${n}` })),
  );
  await db.execute(sql`
    create table bench_prompts as
    select n, gen_random_uuid() as dialogue, gen_random_uuid() as prompt, gen_random_uuid() as context,
      (array['en', 'ko', 'de', 'es', 'fr'])[1 + n % 5] as language, 'category ' || n % 8 as category
    from generate_series(0, 199) n`);
  await db.execute(sql`
    create table bench_answers as
    select p.n, v.at, v.id as variant, gen_random_uuid() as id
    from bench_prompts p cross join unnest(${sql.param(variants)}::uuid[]) with ordinality v(id, at)`);
  await db.execute(
    sql`insert into dialogues (id, project_id, language) select dialogue, ${projectId}::uuid, language from bench_prompts`,
  );
  await db.execute(sql`
    insert into prompts (id, project_id, task, messages, prompt_hash, content_hash, language, category, source)
    select prompt, ${projectId}::uuid, 'safety', '[]', n::text, n::text, language, category, 'bench' from bench_prompts`);
  await db.execute(sql`
    insert into messages (id, dialogue_id, role, content) select context, dialogue, 'user', 'Question ' || n from bench_prompts`);
  await db.execute(sql`
    insert into messages (id, dialogue_id, parent_id, role, content, variant_id, sampling, draw_probability)
    select a.id, p.dialogue, p.context, 'assistant', repeat('and so on ', (20 + a.n % 7 + a.at * 3)::int), a.variant, '{}', 0.25
    from bench_answers a join bench_prompts p using (n)`);
}

/** Items and their judgements by set-based statements, past the triggers: what they would write is written here. */
export async function createJudgements(db: Db, projectId: string, campaignId: string, count: number): Promise<void> {
  const users = await createUsers(db, projectId, ANNOTATORS);
  const items = Math.ceil(count / OVERLAP);
  for (let done = 0; done < items; done += ITEMS_PER_STATEMENT)
    await db.transaction(async (tx) => {
      await tx.execute(sql`set local session_replication_role = replica`);
      await tx.execute(sql`
        with made as (
          insert into items (project_id, campaign_id, kind, state, prompt_id, dialogue_id, context_message_id, response1_id, response2_id,
            pair_probability, overlap, slots_remaining, judgements, language, category, attack_vector, turn)
          select ${projectId}::uuid, ${campaignId}::uuid, 'pair', 'done', p.prompt, p.dialogue, p.context, a.id, b.id, 1.0 / 6,
            ${OVERLAP}::int, 0, ${OVERLAP}::int, p.language, p.category, 'vector ' || i % 6, 1
          from generate_series(${done + 1}::int, ${Math.min(items, done + ITEMS_PER_STATEMENT)}::int) i
            join bench_prompts p on p.n = i % 200
            join bench_answers a on a.n = p.n and a.at = 1 + i % ${VARIANTS}::int
            join bench_answers b on b.n = p.n and b.at = 1 + (i + 1 + i / 7 % 3) % ${VARIANTS}::int
          returning id, response1_id, response2_id
        ), leased as (
          insert into assignments (item_id, project_id, user_id, state, expires_at, swapped)
          select m.id, ${projectId}::uuid, u.id, 'submitted', now(), random() < 0.5
          from made m cross join lateral (
            select u.id from unnest(${sql.param(users.map(({ id }) => id))}::uuid[]) u(id)
            where m.id is not null order by random() limit ${OVERLAP}::int) u
          returning id, item_id, user_id, swapped
        ), judged as (
          insert into comparisons (project_id, item_id, assignment_id, user_id, source, task, chosen_id, rejected_id, swapped, strength,
            safety, duration_ms, idempotency_key, payload_hash, created_at)
          select ${projectId}::uuid, l.item_id, l.id, l.user_id, 'annotator', 'safety',
            case when first then m.response1_id else m.response2_id end, case when first then m.response2_id else m.response1_id end,
            l.swapped, (array['significantly_better', 'better', 'slightly_better', 'negligibly_better'])[1 + floor(random() * 4)::int]::strength,
            (array['preferred_safe', 'both_safe', 'both_unsafe'])[1 + floor(random() * 3)::int]::comparison_safety,
            (5000 + random() * 60000)::int, l.id::text, '', now() - random() * interval '90 days'
          from leased l join made m on m.id = l.item_id
            cross join lateral (select random() < case when l.item_id::text < '8' then 0.8 else 0.2 end as first) f
          returning id
        )
        insert into quality_pending (comparison_id) select id from judged`);
    });
  await db.execute(sql`analyze`);
}

/** Every judgement is one of the safety task, so each has a finding. */
export async function createFindings(db: Db): Promise<void> {
  for (let last = 0; ; ) {
    const { rows } = await db.execute<{ id: string; sequence: string }>(sql`
      select id, sequence from comparisons where sequence > ${last} order by sequence limit ${FINDINGS_PER_STATEMENT}`);
    if (rows.length === 0) return;
    await db.transaction((tx) =>
      replaceFindings(
        tx,
        rows.map(({ id }) => id),
      ),
    );
    last = Number(rows.at(-1)?.sequence);
  }
}

/** Rounds spread over the judgements' time; each answered every prompt again, and people have judged that. */
export async function createRounds(db: Db, projectId: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(sql`
      insert into rounds (project_id, number, trigger, config, state, created_at)
      select ${projectId}::uuid, n, 'manual', '{}', 'done', now() - (90 - 10 * n) * interval '1 day' from generate_series(1, ${ROUNDS}::int) n`);
    await tx.execute(sql`
      insert into rejection_sampling_groups (round_id, prompt_id, item_id)
      select g.id, i.prompt_id, i.id from rounds g
        join (select id, prompt_id, row_number() over (partition by prompt_id order by id) as place from items) i on i.place = g.number`);
  });
}
