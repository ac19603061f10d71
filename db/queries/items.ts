/** The console's list of items: keyset pages, and what a bulk action would do to each of them. */
import { type SQL, sql } from "drizzle-orm";
import type { ItemBulkAction, ItemOrder, SkipReason } from "@/lib/domain/lists";
import type { Connection, Tx } from "../client";
import type { Keyset } from "./keyset";
import { selectRows } from "./rows";

export interface ItemFilter {
  state?: "open" | "done" | "unusable" | "withdrawn" | undefined;
  campaignId?: string | undefined;
  kind?: "pair" | "live" | "turn_review" | undefined;
  purpose?: "work" | "gold" | "mirror" | undefined;
  language?: string | undefined;
  category?: string | undefined;
  judgementsMin?: number | undefined;
  judgementsMax?: number | undefined;
}

/** Of the items `i`. Values are named where a partial index asks for it, so the planner sees that it fits. */
function conditionOf(projectId: string, filter: ItemFilter): SQL {
  const conditions = [sql`i.project_id = ${projectId}::uuid`];
  if (filter.state) conditions.push(sql`i.state = ${filter.state}::item_state`);
  if (filter.campaignId) conditions.push(sql`i.campaign_id = ${filter.campaignId}::uuid`);
  if (filter.kind) conditions.push(sql`i.kind = ${filter.kind}::item_kind`);
  if (filter.purpose) conditions.push(sql`i.purpose = ${filter.purpose}::item_purpose`);
  if (filter.language) conditions.push(sql`i.language = ${filter.language}`);
  if (filter.category) conditions.push(sql`i.category = ${filter.category}`);
  if (filter.judgementsMin !== undefined) conditions.push(sql`i.judgements >= ${filter.judgementsMin}::int`);
  if (filter.judgementsMax !== undefined) conditions.push(sql`i.judgements <= ${filter.judgementsMax}::int`);
  return sql.join(conditions, sql` and `);
}

export interface ItemRow {
  id: string;
  /** created_at to the microsecond, for the next page's keyset. */
  at: string;
  campaignId: string;
  campaign: string;
  campaignKind: "preference" | "red_team" | "rejection_sampling" | "ghost_attention";
  kind: "pair" | "live" | "turn_review";
  state: "open" | "done" | "unusable" | "withdrawn";
  purpose: "work" | "gold" | "mirror";
  language: string | null;
  category: string | null;
  prompt: string | null;
  judgements: number;
  overlap: number;
  inWork: number;
  order: ItemOrder;
}

/** An item's place in its campaign's queue is its random_key, drawn from 0 to 1; a bulk action moves it to 1 and above. */
const ORDER = sql`case when i.random_key >= 1 then 'last' else 'normal' end`;

/** Newest first. Names and texts are joined to the page, not to the list. */
export async function selectItems(
  connection: Connection,
  projectId: string,
  filter: ItemFilter,
  page: { after: Keyset | undefined; limit: number },
): Promise<ItemRow[]> {
  const below = page.after
    ? sql`(i.created_at, i.id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`
    : sql`true`;
  return selectRows<ItemRow>(
    connection,
    sql`with page as materialized (
      select i.* from items i where ${conditionOf(projectId, filter)} and ${below}
      order by i.created_at desc, i.id desc limit ${page.limit}::int
    )
    select i.id, to_jsonb(i.created_at)#>>'{}' as at, i.campaign_id as "campaignId", c.name as campaign,
      c.kind as "campaignKind", i.kind, i.state, i.purpose, i.language, i.category,
      left(coalesce(m.content, i.payload->>'instruction'), 200) as prompt, i.judgements, i.overlap,
      i.overlap - i.judgements - i.slots_remaining as "inWork", ${ORDER} as order
    from page i join campaigns c on c.id = i.campaign_id left join messages m on m.id = i.context_message_id
    order by i.created_at desc, i.id desc`,
  );
}

export type Selection<Filter> = { ids: string[] } | { filter: Filter };

/** What an action makes of one item: why not, or the touched fields before and after. */
export interface ItemPlan {
  id: string;
  reason: SkipReason | null;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

interface Plan {
  /** The first reason that holds; null = the row changes. */
  reason: SQL;
  before: SQL;
  after: SQL;
}

const stateChange = (allowed: SQL, reason: SkipReason, state: string, full = sql`false`): Plan => ({
  reason: sql`case when i.state = ${state}::item_state then 'same' when not (${allowed}) then ${reason}
    when ${full} then 'fully_judged' end`,
  before: sql`jsonb_build_object('state', i.state)`,
  after: sql`jsonb_build_object('state', ${state}::text)`,
});

/** Leases under way keep their slot: an overlap never falls below what is judged and being judged. */
const overlapChange = (overlap: number): Plan => ({
  reason: sql`case when i.kind = 'live' or i.purpose = 'mirror' then 'one_judgement_only'
    when i.state not in ('open', 'done') then 'not_open'
    when i.overlap = ${overlap}::int then 'same'
    when i.slots_remaining + ${overlap}::int - i.overlap < 0 then
      case when i.judgements > ${overlap}::int then 'already_judged' else 'in_work' end end`,
  before: sql`jsonb_build_object('overlap', i.overlap, 'state', i.state)`,
  after: sql`jsonb_build_object('overlap', ${overlap}::int,
    'state', case when i.judgements >= ${overlap}::int then 'done' else 'open' end)`,
});

/** The fraction stays, so that "normal" gives back the place that chance had drawn. */
function orderChange(order: ItemOrder): Plan {
  const key = sql`i.random_key - floor(i.random_key) + ${order === "last" ? 1 : 0}::float8`;
  return {
    reason: sql`case when i.order_key is not null then 'ranked' when ${ORDER} = ${order}::text then 'same' end`,
    before: sql`jsonb_build_object('randomKey', i.random_key)`,
    after: sql`jsonb_build_object('randomKey', ${key})`,
  };
}

const move = (campaignId: string): Plan => ({
  reason: sql`case when i.campaign_id = ${campaignId}::uuid then 'same'
    when not exists (select 1 from campaigns own join campaigns target on target.id = ${campaignId}::uuid
      where own.id = i.campaign_id and target.project_id = own.project_id and target.kind = own.kind
        and target.task = own.task) then 'other_kind'
    when i.judgements > 0 then 'already_judged' when i.overlap - i.judgements - i.slots_remaining > 0 then 'in_work'
    when i.purpose <> 'work' then 'other_kind' end`,
  before: sql`jsonb_build_object('campaignId', i.campaign_id)`,
  after: sql`jsonb_build_object('campaignId', ${campaignId}::uuid)`,
});

function planOf(action: ItemBulkAction): Plan {
  switch (action.kind) {
    case "withdraw":
      return stateChange(sql`i.state = 'open'`, "not_open", "withdrawn");
    case "mark_unusable":
      return stateChange(sql`i.state in ('open', 'withdrawn')`, "not_open", "unusable");
    case "reopen":
      return stateChange(
        sql`i.state in ('withdrawn', 'unusable')`,
        "not_set_aside",
        "open",
        sql`i.judgements >= i.overlap`,
      );
    case "set_overlap":
      return overlapChange(action.overlap);
    case "set_order":
      return orderChange(action.order);
    case "move":
      return move(action.campaignId);
  }
}

/** One row per selected item, at most `limit`; `lock` holds them until the transaction ends, in one order for everybody. */
export async function planItems(
  connection: Connection,
  projectId: string,
  input: { selection: Selection<ItemFilter>; action: ItemBulkAction; limit: number; lock: boolean },
): Promise<ItemPlan[]> {
  const { selection } = input;
  const condition =
    "ids" in selection
      ? sql`i.project_id = ${projectId}::uuid and i.id = any(${sql.param(selection.ids)}::uuid[])`
      : conditionOf(projectId, selection.filter);
  const plan = planOf(input.action);
  return selectRows<ItemPlan>(
    connection,
    sql`select i.id, ${plan.reason} as reason, ${plan.before} as before, ${plan.after} as after
      from items i where ${condition} order by i.id limit ${input.limit}::int ${input.lock ? sql`for update of i` : sql``}`,
  );
}

/** The first words of some items, for examples. */
export async function itemTexts(connection: Connection, ids: string[]): Promise<{ id: string; text: string | null }[]> {
  return selectRows(
    connection,
    sql`select i.id, left(m.content, 120) as text from items i left join messages m on m.id = i.context_message_id
      where i.id = any(${sql.param(ids)}::uuid[])`,
  );
}

/**
 * Gives the fields of `to` to rows that still have those of `from`; ids of the rows that took them. The overlap moves the open slots
 * along, and a row whose slots would not suffice is left out. A new campaign ranks its items itself.
 */
export async function writeItems(
  tx: Tx,
  projectId: string,
  changes: { id: string; from: Record<string, unknown>; to: Record<string, unknown> }[],
): Promise<string[]> {
  const rows = await selectRows<{ id: string }>(
    tx,
    sql`update items i set
      state = coalesce((c.new->>'state')::item_state, i.state),
      overlap = coalesce((c.new->>'overlap')::int, i.overlap),
      slots_remaining = i.slots_remaining + coalesce((c.new->>'overlap')::int - i.overlap, 0),
      random_key = coalesce((c.new->>'randomKey')::float8, i.random_key),
      campaign_id = coalesce((c.new->>'campaignId')::uuid, i.campaign_id),
      order_key = case when c.new ? 'campaignId' then null else i.order_key end,
      order_probability = case when c.new ? 'campaignId' then null else i.order_probability end
    from unnest(${sql.param(changes.map(({ id }) => id))}::uuid[], ${sql.param(changes.map(({ from }) => JSON.stringify(from)))}::jsonb[],
      ${sql.param(changes.map(({ to }) => JSON.stringify(to)))}::jsonb[]) as c(id, old, new)
    where i.id = c.id and i.project_id = ${projectId}::uuid
      and (c.old->>'state' is null or i.state = (c.old->>'state')::item_state)
      and (c.old->>'overlap' is null or i.overlap = (c.old->>'overlap')::int)
      and (c.old->>'randomKey' is null or i.random_key = (c.old->>'randomKey')::float8)
      and (c.old->>'campaignId' is null or i.campaign_id = (c.old->>'campaignId')::uuid)
      and (c.new->>'campaignId' is null or i.judgements = 0)
      and i.slots_remaining + coalesce((c.new->>'overlap')::int - i.overlap, 0) >= 0
      and (c.new->>'state' is null or c.new->>'state' <> 'open' or coalesce((c.new->>'overlap')::int, i.overlap) > i.judgements)
    returning i.id`,
  );
  return rows.map(({ id }) => id);
}

/** Locks rows in the order in which everybody does. */
export async function lockItems(tx: Tx, projectId: string, ids: string[]): Promise<void> {
  await tx.execute(sql`select 1 from items i where i.project_id = ${projectId}::uuid and i.id = any(${sql.param(ids)}::uuid[])
    order by i.id for update of i`);
}
