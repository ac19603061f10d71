/** Reads for freezing: a server-side cursor over the newest judgement of each chain, in constant memory. */
import { sql } from "drizzle-orm";
import type { Connection, Tx } from "../client";
import {
  CHOSEN_ID,
  EDITED_RESPONSE,
  REJECTED_ID,
  REVIEW_EXCLUSIONS,
  SAFETY,
  STANDING_JOINS,
  STANDING_PROVENANCE,
  STRENGTH,
} from "./rulings";

/** Why a judgement stays out of a snapshot; gold items and mirrored re-asks measure people and are no training data. */
export const EXCLUSIONS = [
  "gold",
  "mirror",
  "guideline_gap",
  "adjudicated",
  "preferred_unsafe",
  "rejected_by_review",
  "withdrawn",
  "unusable",
] as const;
export type Exclusion = (typeof EXCLUSIONS)[number];

export interface FrozenRow extends Record<string, unknown> {
  id: string;
  exclusion: Exclusion | null;
  prompt: { role: "system" | "user" | "assistant"; content: string }[];
  chosen: string;
  rejected: string;
  editedResponse: string | null;
  strength: string | null;
  safety: string | null;
  task: "helpfulness" | "safety";
  source: "annotator" | "import";
  sourceName: string | null;
  sourceId: string | null;
  userId: string | null;
  language: string;
  itemId: string;
  roundId: string | null;
  turn: number;
  pairProbability: number | null;
  /** The reviewer whose correction this is, and the adjudicator whose verdict it is. */
  correctedBy: string | null;
  adjudicatedBy: string | null;
  /** Of an adjudicated item: annotators for the chosen answer and for the other. */
  votes: [number, number] | null;
  isPlurality: boolean | null;
  /** Risk category of the prompt, where it has one. */
  category: string | null;
  reasons: string[];
  bothUnacceptable: boolean;
  riskCategory: string | null;
  attackVector: string | null;
  severity: number | null;
  guidelineVersionId: string | null;
  chosenVariantId: string | null;
  rejectedVariantId: string | null;
  chosenSampling: unknown;
  rejectedSampling: unknown;
}

/** The newest comparison of each supersede chain. */
const NEWEST = sql`not exists (select 1 from comparisons newer where newer.supersedes_id = c.id)`;

/** Opens the cursor `frozen`; it sees the data as of this statement, in the order the judgements were stored. */
export async function openFrozenCursor(tx: Tx, projectId: string): Promise<void> {
  // DECLARE takes no bind parameters; the id was parsed as a UUID and is checked again here.
  if (!/^[0-9a-f-]{36}$/i.test(projectId)) throw new Error("projectId is not a UUID");
  await tx.execute(sql`
    declare frozen no scroll cursor for
    select c.id, ${EDITED_RESPONSE} as "editedResponse", ${STRENGTH} as strength, ${SAFETY} as safety, c.task, c.source, c.source_name as "sourceName", c.user_id as "userId",
      c.guideline_version_id as "guidelineVersionId", c.item_id as "itemId", i.turn, i.pair_probability as "pairProbability",
      i.category, c.reasons, c.both_unacceptable as "bothUnacceptable", c.risk_category as "riskCategory",
      coalesce(c.attack_vector, i.attack_vector) as "attackVector", c.severity,
      i.payload->'meta'->>'sourceId' as "sourceId", d.language, g.round_id as "roundId",
      chosen.content as chosen, chosen.variant_id as "chosenVariantId", chosen.sampling as "chosenSampling",
      rejected.content as rejected, rejected.variant_id as "rejectedVariantId", rejected.sampling as "rejectedSampling",
      ${STANDING_PROVENANCE},
      case when i.purpose <> 'work' then i.purpose::text ${REVIEW_EXCLUSIONS}
        when i.state = 'withdrawn' then 'withdrawn' when i.state = 'unusable' then 'unusable' end as exclusion,
      case when last.parent_id is null then json_build_array(json_build_object('role', last.role, 'content', last.content))
        else (with recursive up as (
          select last.parent_id, last.role, last.content, 0 as depth
          union all
          select m.parent_id, m.role, m.content, up.depth + 1 from messages m join up on m.id = up.parent_id)
          select json_agg(json_build_object('role', role, 'content', content) order by depth desc) from up) end as prompt
    from comparisons c
    join items i on i.id = c.item_id join campaigns g on g.id = i.campaign_id join dialogues d on d.id = i.dialogue_id
    join messages last on last.id = i.context_message_id ${STANDING_JOINS}
    join messages chosen on chosen.id = ${CHOSEN_ID} join messages rejected on rejected.id = ${REJECTED_ID}
    where c.project_id = ${sql.raw(`'${projectId}'::uuid`)} and ${NEWEST}
    order by c.sequence`);
}

export async function fetchFrozen(tx: Tx, count: number): Promise<FrozenRow[]> {
  const { rows } = await tx.execute<FrozenRow>(sql`fetch ${sql.raw(String(Math.trunc(count)))} from frozen`);
  return rows;
}

/** Remembers the rows of the snapshot under way; the table is gone with the transaction. */
export async function createFreezeTable(tx: Tx): Promise<void> {
  await tx.execute(
    sql`create temporary table freeze_rows (comparison_id uuid not null, heldout boolean not null) on commit drop`,
  );
}

export async function addFreezeRows(tx: Tx, rows: { id: string; heldout: boolean }[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    insert into freeze_rows select * from unnest(${sql.param(rows.map((row) => row.id))}::uuid[],
      ${sql.param(rows.map((row) => row.heldout))}::boolean[])`);
}

export async function keepFreezeRows(tx: Tx, snapshotId: string): Promise<void> {
  await tx.execute(sql`
    insert into snapshot_comparisons (snapshot_id, comparison_id, heldout)
    select ${snapshotId}::uuid, comparison_id, heldout from freeze_rows`);
}

export async function countSuperseded(tx: Tx, projectId: string): Promise<number> {
  const { rows } = await tx.execute<{ n: number }>(sql`
    select count(*)::int as n from comparisons c where c.project_id = ${projectId} and not (${NEWEST})`);
  return rows[0]?.n ?? 0;
}

/** Items with two or more annotators' judgements: how many have `first` votes for response 1 and `second` for response 2. */
export async function voteTable(
  tx: Tx,
  projectId: string,
): Promise<{ first: number; second: number; items: number }[]> {
  const { rows } = await tx.execute<{ first: number; second: number; items: number }>(sql`
    select first, second, count(*)::int as items from (
      select count(*) filter (where c.chosen_id = i.response1_id)::int as first,
        count(*) filter (where c.chosen_id = i.response2_id)::int as second
      from comparisons c join items i on i.id = c.item_id
      where c.project_id = ${projectId} and c.source = 'annotator' and i.purpose = 'work' and ${NEWEST}
      group by i.id having count(*) > 1) votes
    group by first, second order by first, second`);
  return rows;
}

/** The largest share that any earlier snapshot of the project held out; a smaller one now would free held-out prompts (I6). */
export async function heldoutShareMax(tx: Tx, projectId: string): Promise<number> {
  const { rows } = await tx.execute<{ share: number | null }>(sql`
    select max((manifest->>'heldoutShare')::float8) as share from snapshots where project_id = ${projectId}`);
  return rows[0]?.share ?? 0;
}

/** One snapshot at a time per project, so that two rounds cannot disagree about the share. */
export async function lockSnapshots(tx: Tx, projectId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`snapshot:${projectId}`}, 0))`);
}

export async function describeVariants(connection: Connection, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await connection.execute<{ id: string; name: string }>(sql`
    select v.id, p.name || ' / ' || v.name as name from policy_variants v join policies p on p.id = v.policy_id
    where v.id = any(${sql.param(ids)}::uuid[])`);
  return new Map(rows.map((row) => [row.id, row.name]));
}

export async function describeGuidelines(connection: Connection, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await connection.execute<{ id: string; name: string }>(sql`
    select id, task::text || ' ' || locale || ' v' || version as name from guideline_versions
    where id = any(${sql.param(ids)}::uuid[])`);
  return new Map(rows.map((row) => [row.id, row.name]));
}
