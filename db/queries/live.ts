/** Live turns: what the annotator's verbs and the worker's streaming loop read and write. */
import { sql } from "drizzle-orm";
import type { Connection } from "../client";
import { messageChain, type ViewedMessage } from "./assignment-view";
import { TODAY } from "./eligibility";
import { type Annotator, memberOf } from "./queue";
import { selectRow, selectRows } from "./rows";

export interface LiveTurn {
  assignmentId: string;
  assignmentState: "leased" | "submitted" | "skipped" | "expired" | "released";
  swapped: boolean;
  itemId: string;
  projectId: string;
  campaignId: string;
  campaignState: "open" | "paused" | "closed";
  itemKind: "pair" | "live" | "turn_review";
  task: "helpfulness" | "safety";
  overlap: number;
  turn: number;
  turnsMax: number;
  leaseSecondsMax: number;
  dialogueId: string | null;
  contextMessageId: string | null;
  parentMessageId: string | null;
  response1Id: string | null;
}

/**
 * Locks lease and item for the rest of the transaction. Reads nothing but them and the campaign: after a wait for the lock
 * only locked rows are read anew, everything else would be as it was when the statement began.
 */
export async function lockLiveTurn(connection: Connection, assignmentId: string, user: Annotator) {
  return selectRow<LiveTurn>(
    connection,
    sql`select a.id as "assignmentId", a.state as "assignmentState", a.swapped, i.id as "itemId",
      i.project_id as "projectId", c.id as "campaignId", c.state as "campaignState", i.kind as "itemKind", c.task,
      i.overlap, i.turn, c.turns_max as "turnsMax", c.lease_seconds_max as "leaseSecondsMax",
      i.dialogue_id as "dialogueId", i.context_message_id as "contextMessageId",
      (i.payload->>'parentMessageId')::uuid as "parentMessageId", i.response1_id as "response1Id"
    from assignments a join items i on i.id = a.item_id join campaigns c on c.id = i.campaign_id
    where a.id = ${assignmentId}::uuid and a.user_id = ${user.id}::uuid and ${memberOf(sql`a.project_id`, user)}
    for update of a, i`,
  );
}

/**
 * The message most like `content` that an annotator of the project wrote in another dialogue; trigram similarity, 0..1. What is
 * less than 0.3 alike (pg_trgm's own threshold, which the index answers) counts as new.
 */
export async function nearestAuthored(
  connection: Connection,
  turn: { projectId: string; dialogueId: string | null },
  content: string,
) {
  return selectRow<{ excerpt: string; similarity: number }>(
    connection,
    sql`select left(m.content, 160) as excerpt, similarity(m.content, ${content})::float8 as similarity
      from messages m join dialogues d on d.id = m.dialogue_id
      where m.role = 'user' and m.author_id is not null and m.content % ${content}
        and d.project_id = ${turn.projectId}::uuid and d.id is distinct from ${turn.dialogueId}::uuid
      order by 2 desc, m.id limit 1`,
  );
}

export async function messageContent(connection: Connection, id: string): Promise<string | undefined> {
  const row = await selectRow<{ content: string }>(
    connection,
    sql`select content from messages where id = ${id}::uuid`,
  );
  return row?.content;
}

/** Variants that may be drawn: active, with weight, of a policy that is not archived. */
export async function drawableVariants(connection: Connection, projectId: string) {
  return selectRows<{ id: string; weight: number }>(
    connection,
    sql`select v.id, v.weight from policy_variants v join policies p on p.id = v.policy_id
      where p.project_id = ${projectId}::uuid and p.archived_at is null and v.active and v.weight > 0 order by v.id`,
  );
}

/** Wakes the worker once the transaction commits. */
export async function notifyGenerationRequested(connection: Connection, generationId: string): Promise<void> {
  await connection.execute(sql`select pg_notify('generation_requested', ${generationId})`);
}

export interface NewestGeneration {
  id: string;
  attempt: number;
  state: "queued" | "running" | "done" | "stopped" | "failed";
  hasText: boolean;
  silentSeconds: number;
  variantId: string;
  drawProbability: number;
}

export async function newestGeneration(connection: Connection, itemId: string, position: 1 | 2) {
  return selectRow<NewestGeneration>(
    connection,
    sql`select id, attempt, state, text <> '' as "hasText", variant_id as "variantId", draw_probability as "drawProbability",
      extract(epoch from now() - coalesce(heartbeat_at, created_at))::float8 as "silentSeconds"
      from generations where item_id = ${itemId}::uuid and position = ${position}::int order by attempt desc limit 1`,
  );
}

export interface TurnLabels {
  language: string | null;
  category: string | null;
  attackVector: string | null;
}

/** What the turn after this item is about: the item's own labels, and where it has none, those of its dialogue and its prompt. */
export async function labelsForNextTurn(connection: Connection, itemId: string): Promise<TurnLabels | undefined> {
  return selectRow<TurnLabels>(
    connection,
    sql`select coalesce(i.language, d.language, p.language) as language, coalesce(i.category, p.category) as category,
      i.attack_vector as "attackVector"
    from items i left join dialogues d on d.id = i.dialogue_id
      left join prompts p on p.id = coalesce(i.prompt_id, d.prompt_id)
    where i.id = ${itemId}::uuid`,
  );
}

/** A harmful item handed out without the queue, which counts its own. */
export async function countExposure(
  connection: Connection,
  item: { userId: string; campaignId: string; projectId: string },
): Promise<void> {
  await connection.execute(sql`
    insert into annotator_days as n (user_id, day, campaign_id, project_id, exposures, last_exposure_at)
    values (${item.userId}::uuid, ${TODAY}, ${item.campaignId}::uuid, ${item.projectId}::uuid, 1, now())
    on conflict (user_id, day, campaign_id) do update set exposures = n.exposures + 1, last_exposure_at = now()`);
}

/** The newest judgement of an item: which answer the dialogue continues from. */
export async function chosenMessage(connection: Connection, itemId: string, userId: string) {
  const row = await selectRow<{ chosenId: string }>(
    connection,
    sql`select chosen_id as "chosenId" from comparisons where item_id = ${itemId}::uuid and user_id = ${userId}::uuid
      order by sequence desc limit 1`,
  );
  return row?.chosenId;
}

export interface JudgedTurn {
  turn: number;
  prompt: string;
  /** Response 2 was shown as A. */
  swapped: boolean;
  chosenPosition: 1 | 2;
  strength: "significantly_better" | "better" | "slightly_better" | "negligibly_better";
  chosen: string;
  sibling: string;
}

/** The turns of a dialogue before `itemId`, oldest first, as their annotator last judged them. */
export async function judgedTurnsBefore(connection: Connection, itemId: string, userId: string) {
  return selectRows<JudgedTurn>(
    connection,
    sql`with recursive path as (
      select previous_item_id as id from items where id = ${itemId}::uuid
      union all
      select i.previous_item_id from items i join path on i.id = path.id where i.previous_item_id is not null
    )
    select i.turn, p.content as "prompt", k.swapped, k.strength, c.content as "chosen", r.content as "sibling",
      case when k.chosen_id = i.response1_id then 1 else 2 end as "chosenPosition"
    from path join items i on i.id = path.id
      join messages p on p.id = i.context_message_id
      join lateral (select * from comparisons where item_id = i.id and user_id = ${userId}::uuid
        order by sequence desc limit 1) k on true
      join messages c on c.id = k.chosen_id
      join messages r on r.id = k.rejected_id
    order by i.turn`,
  );
}

export interface ClaimedGeneration {
  id: string;
  itemId: string;
  position: 1 | 2;
  seed: number;
  stopRequested: boolean;
  messages: ViewedMessage[];
  policyKind: "endpoint" | "embedded" | "replay";
  policyConfig: unknown;
  secretCiphertext: Buffer | null;
  systemPrompt: string;
  temperature: number;
  topP: number;
  topK: number;
  tokensMax: number;
}

/** Takes the oldest waiting answer, or one whose worker shows no life. Text of an earlier worker is dropped. */
export async function claimGeneration(connection: Connection, claim: string, takeoverSeconds: number) {
  return selectRow<ClaimedGeneration>(
    connection,
    sql`with due as (
      select id from generations
      where state = 'queued'
        or (state = 'running' and heartbeat_at < now() - make_interval(secs => ${takeoverSeconds}::float8))
      order by created_at limit 1 for update skip locked
    ), g as (
      update generations set state = 'running', claimed_by = ${claim}::uuid, heartbeat_at = now(), text = ''
      from due where generations.id = due.id returning generations.*
    )
    select g.id, g.item_id as "itemId", g.position, g.seed, g.stop_requested as "stopRequested",
      ${messageChain(sql`i.context_message_id`)} as "messages",
      p.kind as "policyKind", p.config as "policyConfig", p.secret_ciphertext as "secretCiphertext",
      v.system_prompt as "systemPrompt", v.temperature, v.top_p as "topP", v.top_k as "topK", v.tokens_max as "tokensMax"
    from g join items i on i.id = g.item_id join policy_variants v on v.id = g.variant_id join policies p on p.id = v.policy_id`,
  );
}

/** Stores the text so far. Undefined = somebody else has taken this answer over; write no more. */
export async function writeProgress(connection: Connection, id: string, claim: string, text: string) {
  return selectRow<{ stopRequested: boolean }>(
    connection,
    sql`with g as (
      update generations set text = ${text}, heartbeat_at = now()
      where id = ${id}::uuid and claimed_by = ${claim}::uuid and state = 'running' returning stop_requested, id
    )
    select stop_requested as "stopRequested", pg_notify('generation_progress', id::text) from g`,
  );
}

export interface GenerationEnd {
  state: "done" | "stopped" | "failed";
  text: string;
  error: string | null;
  provenance: Record<string, unknown>;
}

/** The item that the answer belongs to, or undefined when it was taken over. */
export async function endGeneration(connection: Connection, id: string, claim: string, end: GenerationEnd) {
  const row = await selectRow<{ itemId: string }>(
    connection,
    sql`with g as (
      update generations set state = ${end.state}::generation_state, text = ${end.text}, error = ${end.error},
        provenance = ${JSON.stringify(end.provenance)}::jsonb, heartbeat_at = now(), finished_at = now()
      where id = ${id}::uuid and claimed_by = ${claim}::uuid and state = 'running' returning id, item_id
    )
    select item_id as "itemId", pg_notify('generation_progress', id::text) from g`,
  );
  return row?.itemId;
}

export interface FinishedAnswer {
  id: string;
  position: 1 | 2;
  text: string;
  variantId: string;
  drawProbability: number;
  seed: number;
  provenance: Record<string, unknown> | null;
  temperature: number;
  topP: number;
  topK: number;
  tokensMax: number;
}

export interface OpenLiveItem {
  projectId: string;
  dialogueId: string;
  contextMessageId: string;
}

/** The item, locked, while its responses are not set yet. */
export async function lockOpenLiveItem(connection: Connection, itemId: string) {
  return selectRow<OpenLiveItem>(
    connection,
    sql`select project_id as "projectId", dialogue_id as "dialogueId", context_message_id as "contextMessageId"
      from items where id = ${itemId}::uuid and response1_id is null for update`,
  );
}

/** The newest attempts of both positions that ended with text. */
export async function finishedAnswers(connection: Connection, itemId: string) {
  return selectRows<FinishedAnswer>(
    connection,
    sql`select g.id, g.position, g.text, g.variant_id as "variantId", g.draw_probability as "drawProbability", g.seed,
      g.provenance, v.temperature, v.top_p as "topP", v.top_k as "topK", v.tokens_max as "tokensMax"
    from (select distinct on (position) * from generations where item_id = ${itemId}::uuid order by position, attempt desc) g
      join policy_variants v on v.id = g.variant_id
    where g.state in ('done', 'stopped') and g.text <> '' order by g.position`,
  );
}
