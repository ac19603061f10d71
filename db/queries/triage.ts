/** What the reward models make of judgements: storing it, and reading what triage weighs against it. */
import { type SQL, sql } from "drizzle-orm";
import type { Connection, Tx } from "../client";
import { messageChain, type ViewedMessage } from "./assignment-view";
import { selectRow, selectRows } from "./rows";

const standing = (alias: SQL): SQL =>
  sql`not exists (select 1 from comparisons newer where newer.supersedes_id = ${alias}.id)`;

/** Standing judgements of work that the model has not scored, newest first. */
const unscored = (projectId: string): SQL => sql`
  from comparisons k join items i on i.id = k.item_id and i.purpose = 'work'
    join reward_models m on m.project_id = k.project_id and m.task = k.task and m.state = 'serving'
    left join surprises s on s.comparison_id = k.id and s.reward_model_id = m.id
  where k.project_id = ${projectId}::uuid and k.source = 'annotator' and s.comparison_id is null and ${standing(sql`k`)}`;

export interface UnscoredJudgement {
  comparisonId: string;
  rewardModelId: string;
  /** Path below PAIRWRIGHT_HOME. */
  directory: string;
  prompt: ViewedMessage[];
  chosen: string;
  rejected: string;
}

export const listUnscored = (connection: Connection, projectId: string, limit: number) =>
  selectRows<UnscoredJudgement>(
    connection,
    sql`with newest as (select k.id, m.id as model_id, m.directory ${unscored(projectId)} order by k.sequence desc limit ${limit}::int)
    select k.id as "comparisonId", n.model_id as "rewardModelId", n.directory, ${messageChain(sql`i.context_message_id`)} as "prompt",
      chosen.content as "chosen", rejected.content as "rejected"
    from newest n join comparisons k on k.id = n.id join items i on i.id = k.item_id
      join messages chosen on chosen.id = k.chosen_id join messages rejected on rejected.id = k.rejected_id`,
  );

/** Counting stops at `max`. */
export async function countUnscored(connection: Connection, projectId: string, max: number): Promise<number> {
  const row = await selectRow<{ n: number }>(
    connection,
    sql`select count(*)::int as n from (select 1 ${unscored(projectId)} limit ${max}::int) found`,
  );
  return row?.n ?? 0;
}

export interface Scored {
  comparisonId: string;
  rewardChosen: number;
  rewardRejected: number;
  /** Nats. */
  surprise: number;
}

/** The newest scores replace older ones. Judgements of other projects than the model's are left out. */
export async function storeSurprises(tx: Tx, rewardModelId: string, rows: readonly Scored[]): Promise<void> {
  if (rows.length === 0) return;
  const list = (pick: (row: Scored) => string | number) => sql.param(rows.map(pick));
  await tx.execute(sql`
    insert into surprises (comparison_id, project_id, reward_model_id, reward_chosen, reward_rejected, surprise)
    select k.id, k.project_id, m.id, v.chosen, v.rejected, v.surprise
    from unnest(${list((row) => row.comparisonId)}::uuid[], ${list((row) => row.rewardChosen)}::real[],
        ${list((row) => row.rewardRejected)}::real[], ${list((row) => row.surprise)}::real[]) as v(id, chosen, rejected, surprise)
      join comparisons k on k.id = v.id and k.source = 'annotator' join reward_models m on m.id = ${rewardModelId}::uuid
        and m.project_id = k.project_id and m.task = k.task
    on conflict (comparison_id) do update set reward_model_id = excluded.reward_model_id, reward_chosen = excluded.reward_chosen,
      reward_rejected = excluded.reward_rejected, surprise = excluded.surprise, scored_at = now()`);
}

/** The models in service with the worst pairs of their newest evaluations: rewards that somebody has computed already. */
export const servingModels = (connection: Connection, projectId: string) =>
  selectRows<{
    id: string;
    task: "helpfulness" | "safety";
    promotedAtMs: number | null;
    worst: { pairId: string; rewardChosen: number; rewardRejected: number }[] | null;
  }>(
    connection,
    sql`select m.id, m.task, (extract(epoch from m.promoted_at) * 1000)::float8 as "promotedAtMs",
      (select e.report->'worst' from evaluations e where e.reward_model_id = m.id order by e.created_at desc limit 1) as "worst"
    from reward_models m where m.project_id = ${projectId}::uuid and m.state = 'serving' order by m.task`,
  );

export interface SurpriseRow {
  comparisonId: string;
  itemId: string;
  userId: string;
  category: string | null;
  surprise: number;
  rewardMargin: number;
  /** Judgements of the same item for the same answer (this one included) and for the other. */
  same: number;
  other: number;
  /** Who judged the item. */
  judges: string[];
  /** The newest decision, which was taken back; null where there was none. */
  decisionId: string | null;
}

/** The newest decision on a judgement; nothing where there is none. */
const newestDecision = (comparisonId: SQL): SQL => sql`
  select t.id, t.action from triage_decisions t where t.comparison_id = ${comparisonId}
    and not exists (select 1 from triage_decisions newer where newer.supersedes_id = t.id)`;

/**
 * The most surprising judgements that nobody has decided on: not triaged, not fixed or rejected by a reviewer, the item not
 * adjudicated, not one's own.
 */
export const listSurprises = (
  connection: Connection,
  page: { projectId: string; viewerId: string; surpriseMin: number; limit: number },
) =>
  selectRows<SurpriseRow>(
    connection,
    sql`select k.id as "comparisonId", k.item_id as "itemId", k.user_id as "userId", nullif(i.category, '') as "category",
      s.surprise::float8 as "surprise", (s.reward_chosen - s.reward_rejected)::float8 as "rewardMargin",
      votes.same, votes.other, votes.judges, decided.id as "decisionId"
    from surprises s join comparisons k on k.id = s.comparison_id join items i on i.id = k.item_id
      join lateral (select count(*) filter (where o.chosen_id = k.chosen_id)::int as same,
          count(*) filter (where o.chosen_id <> k.chosen_id)::int as other, array_agg(o.user_id) as judges
        from comparisons o where o.item_id = k.item_id and o.source = 'annotator' and ${standing(sql`o`)}) votes on true
      left join lateral (${newestDecision(sql`k.id`)}) decided on true
    where s.project_id = ${page.projectId}::uuid and s.surprise >= ${page.surpriseMin}::real
      and k.user_id <> ${page.viewerId}::uuid and ${standing(sql`k`)}
      and (decided.id is null or decided.action = 'withdrawn')
      and not exists (select 1 from disagreements d where d.item_id = k.item_id and d.settled_at is not null)
      and coalesce((select r.decision::text from reviews r where r.comparison_id = k.id order by r.created_at desc, r.id desc limit 1),
        'none') not in ('fixed', 'rejected')
    order by s.surprise desc, k.id limit ${page.limit}::int`,
  );

/** By category (null: none): scored judgements, those that surprise, and by how many annotators. */
export const surpriseShares = (connection: Connection, projectId: string, surpriseMin: number) =>
  selectRows<{ category: string | null; scored: number; surprising: number; annotators: number }>(
    connection,
    sql`select nullif(i.category, '') as "category", count(*)::int as "scored",
      count(*) filter (where s.surprise >= ${surpriseMin}::real)::int as "surprising",
      count(distinct k.user_id) filter (where s.surprise >= ${surpriseMin}::real)::int as "annotators"
    from surprises s join comparisons k on k.id = s.comparison_id join items i on i.id = k.item_id
    where s.project_id = ${projectId}::uuid group by 1`,
  );

/** What is known of annotators' reliability: gold items and agreement with others. */
export const annotatorRecords = (connection: Connection, projectId: string) =>
  selectRows<{ userId: string; goldSeen: number; goldRight: number; pairs: number; agreeing: number }>(
    connection,
    sql`with peers as (
      select user_id, sum(pairs)::int as pairs, sum(agreeing)::int as agreeing from quality_peers
      where project_id = ${projectId}::uuid group by 1)
    select coalesce(p.user_id, a.user_id) as "userId", coalesce(a.gold_seen, 0) as "goldSeen",
      coalesce(a.gold_right, 0) as "goldRight", coalesce(p.pairs, 0) as "pairs", coalesce(p.agreeing, 0) as "agreeing"
    from peers p full join (select * from annotator_states where project_id = ${projectId}::uuid) a on a.user_id = p.user_id`,
  );

export interface TakenDecision {
  comparisonId: string;
  projectId: string;
  itemId: string;
  deciderId: string;
  queue: "likely_slip" | "guideline_gap" | "plurality";
  action: "ask_annotator" | "ask_lead" | "keep_plurality" | "review" | "dismiss" | "withdrawn";
  /** Somebody has decided after it. */
  isReplaced: boolean;
}

export const takenDecision = (connection: Connection, decisionId: string): Promise<TakenDecision | undefined> =>
  selectRow<TakenDecision>(
    connection,
    sql`select t.comparison_id as "comparisonId", t.project_id as "projectId", k.item_id as "itemId",
      t.decider_id as "deciderId", t.queue, t.action,
      exists (select 1 from triage_decisions newer where newer.supersedes_id = t.id) as "isReplaced"
    from triage_decisions t join comparisons k on k.id = t.comparison_id where t.id = ${decisionId}::uuid`,
  );

/*
 * What a decision set going carries its instant, so that it is found again. Each of these answers whether there was still something
 * to take back.
 */

/** The question to the annotator, unless it was read. */
export async function takeBackQuestion(tx: Tx, decisionId: string): Promise<boolean> {
  const rows = await selectRows(
    tx,
    sql`delete from annotator_notes n using triage_decisions t where t.id = ${decisionId}::uuid
      and n.comparison_id = t.comparison_id and n.author_id = t.decider_id and n.created_at = t.created_at and n.read_at is null
    returning n.id`,
  );
  return rows.length > 0;
}

/** The question to the lead, unless it was settled. */
export async function takeBackGap(tx: Tx, decisionId: string): Promise<boolean> {
  const rows = await selectRows(
    tx,
    sql`update guideline_gaps gap set resolved_at = now(), resolved_by = t.decider_id, resolution = 'Withdrawn.'
      from triage_decisions t join comparisons k on k.id = t.comparison_id where t.id = ${decisionId}::uuid
        and gap.item_id = k.item_id and gap.raised_by = t.decider_id and gap.created_at = t.created_at and gap.resolved_at is null
    returning gap.id`,
  );
  return rows.length > 0;
}

/** The case, unless it was reviewed. It stays where it waits for another reason too. */
export async function takeBackCase(tx: Tx, decisionId: string): Promise<boolean> {
  const rows = await selectRows(
    tx,
    sql`with sent as (
      select t.comparison_id, t.created_at from triage_decisions t where t.id = ${decisionId}::uuid
        and not exists (select 1 from reviews r where r.comparison_id = t.comparison_id and r.created_at >= t.created_at)
    ), gone as (
      delete from review_cases c using sent where c.comparison_id = sent.comparison_id and c.reasons = array['triage'] returning 1
    ), kept as (
      update review_cases c set reasons = array_remove(c.reasons, 'triage'), settled_at = (
          select case when r.decision <> 'withdrawn' then r.created_at end from reviews r where r.comparison_id = c.comparison_id
          order by r.created_at desc, r.id desc limit 1)
      from sent where c.comparison_id = sent.comparison_id and c.reasons @> array['triage'] and cardinality(c.reasons) > 1
      returning 1
    )
    select 1 from gone union all select 1 from kept`,
  );
  return rows.length > 0;
}

/** Id of the adjudication that the decision made, if it is the item's newest still. */
export async function adjudicationOf(connection: Connection, decisionId: string): Promise<string | undefined> {
  const row = await selectRow<{ id: string }>(
    connection,
    sql`select a.id from triage_decisions t join comparisons k on k.id = t.comparison_id join adjudications a on a.item_id = k.item_id
    where t.id = ${decisionId}::uuid and a.adjudicator_id = t.decider_id and a.created_at = t.created_at
      and not exists (select 1 from adjudications newer where newer.item_id = a.item_id and newer.created_at > a.created_at)`,
  );
  return row?.id;
}
