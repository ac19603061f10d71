/** Everything an annotator's screen needs of one assignment, in one statement. Selects no policy, variant, score or sampling (I7). */
import { type SQL, sql } from "drizzle-orm";
import type { Db } from "../client";
import { isMember, TODAY } from "./eligibility";
import { parameter, prepare } from "./prepared";
import type { Annotator } from "./queue";

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
  projectId: string;
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
  voteEarly: boolean;
  language: string;
  category: string | null;
  context: ViewedMessage[];
  guideline: { id: string; version: number; body: string } | null;
  ghost: { instruction: string | null; messages: ViewedMessage[] | null } | null;
  generations: ViewedGeneration[];
  draft: unknown;
  today: number;
}

/** The dialogue up to a message, oldest first. */
export const messageChain = (lastId: SQL) => sql`(
  with recursive chain as (
    select m.id, m.parent_id, m.role, m.content, 0 as depth from messages m where m.id = ${lastId}
    union all
    select m.id, m.parent_id, m.role, m.content, chain.depth + 1 from messages m join chain on m.id = chain.parent_id
  )
  select coalesce(jsonb_agg(jsonb_build_object('role', role, 'content', content) order by depth desc), '[]'::jsonb) from chain)`;

/** The guideline in force when the lease `a` was taken, in the annotator's language where there is one. */
export const guidelineOf = (locale: SQL) => sql`
  select g.id, g.version, g.body from guideline_versions g
  where g.project_id = i.project_id and g.task = c.task and g.created_at <= a.leased_at
  order by (g.locale = ${locale}) desc, (g.locale = 'en') desc, g.version desc limit 1`;

const generations = sql`
  (select coalesce(jsonb_agg(jsonb_build_object('position', n.position, 'attempt', n.attempt, 'state', n.state, 'text', n.text,
      'error', n.error, 'silentSeconds', extract(epoch from now() - coalesce(n.heartbeat_at, n.created_at))) order by n.position), '[]'::jsonb)
    from (select distinct on (position) * from generations where item_id = i.id order by position, attempt desc) n)`;

const ghost = sql`
  (select jsonb_build_object('instruction', coalesce(gd.instruction, i.payload->>'instruction'), 'messages', gd.messages)
    from (select 1) one left join ghost_attention_dialogues gd on gd.item_id = i.id)`;

/** A lease just taken has no draft; and what only items of other kinds than "pair" have is not looked up with it. */
export interface ViewShape {
  isFresh: boolean;
}

/** Of the assignment `a`, its item `i` and campaign `c`; `today` comes from the caller. Where a kind of item lacks something, nothing is looked up. */
export const viewColumns = (
  locale: SQL,
  today: SQL,
  { isFresh }: ViewShape,
) => sql`a.id as "assignmentId", a.state as "assignmentState", a.swapped,
  (extract(epoch from a.expires_at) * 1000)::float8 as "expiresAtMs",
  i.project_id as "projectId", i.id as "itemId", i.kind, c.task, i.turn, c.turns_max as "turnsMax",
  i.context_message_id as "contextMessageId", r1.content as "response1", r2.content as "response2",
  c.id as "campaignId", c.name as "campaignName", c.kind as "campaignKind", c.vote_early as "voteEarly",
  coalesce(i.language, p.language, d.language, 'en') as "language", coalesce(i.category, p.category) as "category",
  ${messageChain(sql`coalesce(i.context_message_id, (i.payload->>'parentMessageId')::uuid)`)} as "context",
  (select to_jsonb(g) from (${guidelineOf(locale)}) g) as "guideline",
  ${isFresh ? sql`null as "ghost"` : sql`case when i.kind = 'turn_review' then ${ghost} end as "ghost"`},
  ${isFresh ? sql`'[]'::jsonb` : sql`case when i.kind = 'live' then ${generations} else '[]'::jsonb end`} as "generations",
  ${isFresh ? sql`null` : sql`f.body`} as "draft", ${today} as "today"`;

export const viewJoins = ({ isFresh }: ViewShape) => sql`
  join items i on i.id = a.item_id
  join campaigns c on c.id = i.campaign_id
  left join messages r1 on r1.id = i.response1_id
  left join messages r2 on r2.id = i.response2_id
  left join dialogues d on d.id = i.dialogue_id
  left join prompts p on p.id = i.prompt_id
  ${isFresh ? sql`` : sql`left join comparison_drafts f on f.assignment_id = a.id`}`;

/**
 * The assignment named by the parameter `assignmentId`, found by its id alone. A plan that is kept was made when the table was small;
 * given more conditions it may walk the index of all live leases for ever. For the same reason `state::text` where one is updated.
 */
export const ownAssignment = sql`(select * from assignments where id = ${parameter("assignmentId")}::uuid offset 0)`;

const user = { userId: parameter("userId"), isAdmin: parameter("isAdmin") };
const judgedToday = sql`coalesce((select sum(n.judgements) from annotator_days n
  where n.user_id = a.user_id and n.day = ${TODAY} and n.project_id = a.project_id), 0)::int`;

const selectView = prepare<AssignmentView, { assignmentId: string; userId: string; isAdmin: boolean; locale: string }>(
  "assignment-view",
  () => sql`select ${viewColumns(parameter("locale"), judgedToday, { isFresh: false })} from ${ownAssignment} a ${viewJoins({ isFresh: false })}
    where a.user_id = ${user.userId}::uuid and ${isMember(sql`a.project_id`, user)}`,
);

export async function assignmentView(
  db: Db,
  request: { assignmentId: string; user: Annotator; locale: string },
): Promise<AssignmentView | undefined> {
  const { id: userId, isAdmin } = request.user;
  const { assignmentId, locale } = request;
  return (await selectView(db, { assignmentId, userId, isAdmin, locale }))[0];
}
