/**
 * `npm run bench:quality [-- --comparisons N]`: how long the quality figures take over N judgements (a million by default), in this
 * process against an embedded Postgres with its durable settings, in a temporary home. Prints one JSON line per figure.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { createDatabase, type Db } from "../../db/client";
import { startEmbeddedPostgres } from "../../db/embedded";
import { migrate } from "../../db/migrate";
import { type ServiceContext, systemContext } from "../../lib/services/context";
import { listGoldCandidates } from "../../lib/services/gold/list";
import { readAgreement } from "../../lib/services/quality/agreement";
import { readAnnotatorQuality, readDrift } from "../../lib/services/quality/annotators";
import { readPolicyRatings } from "../../lib/services/quality/policies";
import { refreshQuality } from "../../lib/services/quality/refresh";
import { createCampaign, createProject, createReplayPolicies, createUsers } from "../support/annotation-fixture";
import { measureTrees } from "./process-tree";

const COMPARISONS_DEFAULT = 1_000_000;
const OVERLAP = 3;
const ANNOTATORS = 60;
const VARIANTS = 4;
const ITEMS_PER_STATEMENT = 20_000;
const RUNS = 15;

function comparisonsOption(args: readonly string[]): number {
  if (args.length === 0) return COMPARISONS_DEFAULT;
  const comparisons = Number(args[1]);
  if (args[0] !== "--comparisons" || !(comparisons > 0))
    throw new Error("usage: npm run bench:quality -- [--comparisons N]");
  return comparisons;
}

/** Prompts of five languages and eight categories, each with one answer of every variant. */
async function createAnswers(db: Db, projectId: string): Promise<void> {
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
async function createJudgements(db: Db, projectId: string, campaignId: string, count: number): Promise<void> {
  const users = await createUsers(db, projectId, ANNOTATORS);
  const items = Math.ceil(count / OVERLAP);
  for (let done = 0; done < items; done += ITEMS_PER_STATEMENT)
    await db.transaction(async (tx) => {
      await tx.execute(sql`set local session_replication_role = replica`);
      await tx.execute(sql`
        with made as (
          insert into items (project_id, campaign_id, kind, state, prompt_id, dialogue_id, context_message_id, response1_id, response2_id,
            pair_probability, overlap, slots_remaining, judgements, language, category, turn)
          select ${projectId}::uuid, ${campaignId}::uuid, 'pair', 'done', p.prompt, p.dialogue, p.context, a.id, b.id, 1.0 / 6,
            ${OVERLAP}::int, 0, ${OVERLAP}::int, p.language, p.category, 1
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

const rounded = (value: number): number => Number(value.toFixed(1));

interface Bench {
  comparisons: number;
  postgresPid: number;
}

/** CPU of this process and of Postgres with all its children tells the cost also where other work shares the machine. */
async function measure(
  { comparisons, postgresPid }: Bench,
  figure: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const times: number[] = [];
  const before = { own: process.cpuUsage(), postgres: measureTrees([postgresPid]).cpuMs };
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  const own = process.cpuUsage(before.own);
  const cpuMs = (own.user + own.system) / 1000 + measureTrees([postgresPid]).cpuMs - before.postgres;
  const [first] = times;
  times.sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      bench: "quality",
      figure,
      comparisons,
      firstMs: rounded(first ?? 0),
      p50Ms: rounded(times[Math.floor(RUNS / 2)] ?? 0),
      maxMs: rounded(times.at(-1) ?? 0),
      cpuMs: rounded(cpuMs / RUNS),
    }),
  );
}

async function run(db: Db, { comparisons, postgresPid }: Bench): Promise<void> {
  const context: ServiceContext = systemContext(db, "worker");
  const projectId = await createProject(db, "Quality");
  const campaignId = await createCampaign(db, projectId, { task: "safety", overlap: OVERLAP });
  await createAnswers(db, projectId);
  await createJudgements(db, projectId, campaignId, comparisons);
  const start = performance.now();
  const taken = await refreshQuality(context);
  const seconds = (performance.now() - start) / 1000;
  console.log(
    JSON.stringify({
      bench: "quality",
      figure: "refresh",
      taken,
      seconds: rounded(seconds),
      perSecond: Math.round(taken / seconds),
    }),
  );
  await db.execute(sql`vacuum analyze`);
  const bench = { comparisons: taken, postgresPid };
  await measure(bench, "agreement", () => readAgreement(context, { projectId }));
  await measure(bench, "annotators", () => readAnnotatorQuality(context, { projectId }));
  await measure(bench, "drift", () => readDrift(context, { projectId }));
  await measure(bench, "policies", () => readPolicyRatings(context, { projectId, lengthControlled: true }));
  await measure(bench, "gold candidates", () =>
    listGoldCandidates(context, { projectId, annotatorsMin: 3, limit: 50 }),
  );
}

const comparisons = comparisonsOption(process.argv.slice(2));
const home = await mkdtemp(path.join(tmpdir(), "pairwright-bench-"));
await chmod(home, 0o711); // As root, Postgres runs as another user and must be able to walk here.
const postgres = await startEmbeddedPostgres({ home, log: () => undefined });
try {
  await migrate(postgres.url);
  const { db, pool } = createDatabase(postgres.url, { connectionsMax: 4 });
  await run(db, { comparisons, postgresPid: postgres.pid });
  await pool.end();
} finally {
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
}
