/** Everything an annotator's screen needs of one assignment, in one statement. Selects no policy, variant, score or sampling (I7). */
import { sql } from "drizzle-orm";
import type { Connection } from "../client";
import { type Annotator, memberOf } from "./queue";
import { selectRow } from "./rows";

export interface ViewedMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** The newest attempt at one response of a live item. */
export interface ViewedGeneration {
  position: 1 | 2;
  attempt: number;
  state: "queued" | "running" | "done" | "stopped" | "failed";
  text: string;
  error: string | null;
  /** Seconds since the last sign of life. */
  silentSeconds: number;
}

export interface AssignmentView {
  assignmentId: string;
  assignmentState: "leased" | "submitted" | "skipped" | "expired" | "released";
  swapped: boolean;
  expiresAtMs: number;
  itemId: string;
  kind: "pair" | "live" | "turn_review";
  task: "helpfulness" | "safety";
  turn: number;
  turnsMax: number;
  contextMessageId: string | null;
  response1: string | null;
  response2: string | null;
  campaignId: string;
  campaignName: string;
  campaignKind: "preference" | "red_team" | "rejection_sampling" | "ghost_attention";
  language: string;
  context: ViewedMessage[];
  guideline: { id: string; version: number; body: string } | null;
  ghost: { instruction: string | null; messages: ViewedMessage[] | null } | null;
  generations: ViewedGeneration[];
  draft: unknown;
  today: number;
  remaining: number;
}

/** The dialogue up to a message, oldest first. */
export const messageChain = (lastId: ReturnType<typeof sql>) => sql`(
  with recursive chain as (
    select m.id, m.parent_id, m.role, m.content, 0 as depth from messages m where m.id = ${lastId}
    union all
    select m.id, m.parent_id, m.role, m.content, chain.depth + 1 from messages m join chain on m.id = chain.parent_id
  )
  select coalesce(jsonb_agg(jsonb_build_object('role', role, 'content', content) order by depth desc), '[]'::jsonb) from chain)`;

/** The guideline in force when the lease `a` was taken, in the annotator's language where there is one. */
export const guidelineOf = (locale: string) => sql`
  select g.id, g.version, g.body from guideline_versions g
  where g.project_id = i.project_id and g.task = c.task and g.created_at <= a.leased_at
  order by (g.locale = ${locale}) desc, (g.locale = 'en') desc, g.version desc limit 1`;

/** Counting stops here: "1000 or more" is enough for a progress bar. */
const REMAINING_MAX = 1000;

const progress = (userId: string) => sql`
  (select count(*)::int from comparisons k where k.user_id = ${userId}::uuid and k.project_id = i.project_id
      and k.supersedes_id is null and k.created_at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC')
    + (select count(*)::int from turn_reviews r join items ri on ri.id = r.item_id where r.user_id = ${userId}::uuid
      and ri.project_id = i.project_id
      and r.created_at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC') as "today",
  (select count(*)::int from (
    select 1 from items o join campaigns oc on oc.id = o.campaign_id
    where oc.project_id = i.project_id and oc.state = 'open' and o.state = 'open' and o.slots_remaining > 0
      and not exists (select 1 from assignments oa where oa.item_id = o.id and oa.user_id = ${userId}::uuid
        and oa.state in ('leased', 'submitted'))
    limit ${REMAINING_MAX}::int) left_over) as "remaining"`;

const generations = sql`
  (select coalesce(jsonb_agg(jsonb_build_object('position', n.position, 'attempt', n.attempt, 'state', n.state, 'text', n.text,
      'error', n.error, 'silentSeconds', extract(epoch from now() - coalesce(n.heartbeat_at, n.created_at))) order by n.position), '[]'::jsonb)
    from (select distinct on (position) * from generations where item_id = i.id order by position, attempt desc) n)`;

export async function assignmentView(
  connection: Connection,
  request: { assignmentId: string; user: Annotator; locale: string },
): Promise<AssignmentView | undefined> {
  return selectRow<AssignmentView>(
    connection,
    sql`select a.id as "assignmentId", a.state as "assignmentState", a.swapped,
      (extract(epoch from a.expires_at) * 1000)::float8 as "expiresAtMs",
      i.id as "itemId", i.kind, c.task, i.turn, c.turns_max as "turnsMax", i.context_message_id as "contextMessageId",
      r1.content as "response1", r2.content as "response2",
      c.id as "campaignId", c.name as "campaignName", c.kind as "campaignKind",
      coalesce(p.language, d.language, 'en') as "language",
      ${messageChain(sql`coalesce(i.context_message_id, (i.payload->>'parentMessageId')::uuid)`)} as "context",
      (select to_jsonb(g) from (${guidelineOf(request.locale)}) g) as "guideline",
      (select jsonb_build_object('instruction', coalesce(gd.instruction, i.payload->>'instruction'), 'messages', gd.messages)
        from (select 1) one left join ghost_attention_dialogues gd on gd.item_id = i.id
        where i.kind = 'turn_review') as "ghost",
      ${generations} as "generations",
      f.body as "draft",
      ${progress(request.user.id)}
    from assignments a
      join items i on i.id = a.item_id
      join campaigns c on c.id = i.campaign_id
      left join messages r1 on r1.id = i.response1_id
      left join messages r2 on r2.id = i.response2_id
      left join dialogues d on d.id = i.dialogue_id
      left join prompts p on p.id = i.prompt_id
      left join comparison_drafts f on f.assignment_id = a.id
    where a.id = ${request.assignmentId}::uuid and a.user_id = ${request.user.id}::uuid
      and ${memberOf(sql`a.project_id`, request.user)}`,
  );
}
