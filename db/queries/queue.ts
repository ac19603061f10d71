/**
 * The queue: leases and how they end. One statement per verb (round trips are the cost, not Postgres), each with its audit
 * event. Races are decided by row locks, unique indexes and check constraints at READ COMMITTED (security.md).
 */
import { type SQL, sql } from "drizzle-orm";
import type { Connection, Db } from "../client";
import { type AssignmentView, assignmentView, ownAssignment, viewColumns, viewJoins } from "./assignment-view";
import {
  type Asker,
  campaignBlock,
  isExposureLeft,
  isHarmful,
  isLanguageKnown,
  isMember,
  isNew,
  isOpenWork,
  isWelcome,
  orderKey,
  person,
  TODAY,
} from "./eligibility";
import { parameter, prepare } from "./prepared";
import { selectRow } from "./rows";

export interface Annotator {
  id: string;
  isAdmin: boolean;
}

const asker: Asker = { userId: parameter("userId"), isAdmin: parameter("isAdmin"), projectId: parameter("projectId") };
const DAY_COLUMNS = sql`user_id, day, campaign_id, project_id`;

/** For statements that are not prepared. */
export const memberOf = (projectId: SQL, user: Annotator) =>
  isMember(projectId, { userId: sql`${user.id}`, isAdmin: sql`${user.isAdmin}` });

export interface LeaseRequest {
  projectId: string;
  user: Annotator;
  locale: string;
  campaignId: string | null;
  /** The lease on screen: never given back as held, nor its item leased anew when it has expired. */
  afterId: string | null;
  /** Give back a live lease that the annotator holds, the oldest first, instead of taking a new one. */
  resume: boolean;
  /** Also offer what this annotator asked to meet again later. */
  includeSkipped: boolean;
  /** From 0 to 1, drawn once a request: decides between work, gold and mirrored items. */
  coin: number;
  /**
   * Look only for the next work item of the most urgent campaign, which is what nearly every lease comes to. Most of what a statement
   * costs is setting up its plan, and this one has half of it; where it finds nothing, the whole one is asked.
   */
  direct: boolean;
}
type LeaseShape = { resume: boolean; oneCampaign: boolean; includeSkipped: boolean; direct: boolean };

const inCampaign = (shape: LeaseShape, campaignId: SQL) =>
  shape.oneCampaign ? sql`${campaignId} = ${parameter("campaignId")}::uuid` : sql`true`;

const held = (shape: LeaseShape) => sql`held as (
  select a.id, a.item_id, a.state, a.swapped, a.leased_at, a.expires_at
  from person cross join assignments a join items i on i.id = a.item_id
  where a.user_id = ${asker.userId}::uuid and a.project_id = ${asker.projectId}::uuid and a.state = 'leased' and a.expires_at > now()
    and ${inCampaign(shape, sql`i.campaign_id`)}
    and a.id is distinct from ${parameter("afterId")}::uuid
  order by a.leased_at, a.id limit 1
)`;

const coin = sql`${parameter("coin")}::float8`;

/** Campaigns that the asker may work on, the most urgent first. */
const openCampaigns = (shape: LeaseShape) => sql`(
  select c.*, ${isExposureLeft} as exposure_left
  from campaigns c join projects p on p.id = c.project_id
  where c.project_id = ${asker.projectId}::uuid and c.state = 'open' and p.archived_at is null
    and ${inCampaign(shape, sql`c.id`)} and ${campaignBlock(asker)} is null
  order by c.priority, c.created_at, c.id
  ${shape.direct ? sql`limit 1` : sql`offset 0`}
)`;

const fresh = ({ includeSkipped }: LeaseShape) => isNew(asker, { includeSkipped, after: parameter("afterId") });
const suits = sql`(c.exposure_left or not ${isHarmful}) and ${isLanguageKnown} and ${isWelcome}`;

/** Own earlier judgements asked again, with the sides swapped. */
const mirror = (shape: LeaseShape) => sql`
  select i.id, i.campaign_id, ${isHarmful} as harmful, not k.swapped as swapped, 'random'::campaign_ordering as ordering, null::real as probability
  from items i join comparisons k on k.id = i.mirror_of_id
  where ${coin} < c.mirror_share and i.reserved_for = ${asker.userId}::uuid and i.campaign_id = c.id and i.purpose = 'mirror'
    and i.state = 'open' and i.slots_remaining > 0 and (c.exposure_left or not ${isHarmful}) and ${isWelcome}
    and ${fresh(shape)}
  order by i.created_at, i.id limit 1
  for update of i skip locked`;

/**
 * Only where work is left: an item that comes when all work is done would give itself away. Not to who knows the pair. Each annotator
 * meets them in an order of their own. (Looking for work names the index's order, so that no plan walks all items for the first one.)
 */
const gold = (shape: LeaseShape) => sql`
  select i.id, i.campaign_id, ${isHarmful} as harmful, null::boolean as swapped, 'random'::campaign_ordering as ordering, null::real as probability
  from items i join gold_answers g on g.item_id = i.id and g.retired_at is null
  where ${coin} >= 1 - c.gold_share and i.campaign_id = c.id and i.state = 'open' and i.slots_remaining > 0 and i.purpose = 'gold'
    and ${suits} and ${fresh(shape)}
    and not exists (select 1 from assignments known where known.item_id = g.source_item_id
      and known.user_id = ${asker.userId}::uuid and known.state in ('leased', 'submitted', 'skipped'))
    and (select w.id from items w where w.campaign_id = c.id and w.state = 'open' and w.slots_remaining > 0
      and w.purpose = 'work' and w.reserved_for is null order by coalesce(w.order_key, w.random_key) limit 1) is not null
  order by md5(i.id::text || ${asker.userId}::text) limit 1
  for update of i skip locked`;

/** What the worker has not counted yet is counted here, but no further than this. */
const OPEN_COUNT_MAX = 20;
/** Null where nobody knows: a chance that is made up would weigh wrongly for ever. */
const openItems = sql`coalesce(
  (select n.items_open from campaign_tallies n where n.campaign_id = c.id),
  (select nullif(count(*), ${sql.raw(String(OPEN_COUNT_MAX))}) from (
    select 1 from items o where o.campaign_id = c.id and o.state = 'open' and o.slots_remaining > 0 and o.purpose = 'work'
      and o.reserved_for is null order by coalesce(o.order_key, o.random_key) limit ${sql.raw(String(OPEN_COUNT_MAX))}) counted))`;

/** Where the annotator was last in the campaign's order. */
const lastKey = sql`(select coalesce(li.order_key, li.random_key) from assignments l join items li on li.id = l.item_id
  where l.user_id = ${asker.userId}::uuid and l.project_id = ${asker.projectId}::uuid
    and li.campaign_id = c.id and li.purpose = 'work'
  order by l.leased_at desc limit 1)`;

/**
 * The first item in the campaign's order. By chance, an annotator walks up the order from where they were last, so that what they
 * have had already is not looked at again and again; who comes to the end starts over (`after` null).
 */
const work = (shape: LeaseShape, after: SQL | null) => sql`
  select i.id, i.campaign_id, ${isHarmful} as harmful, null::boolean as swapped,
    case when i.order_key is null then 'random'
      else coalesce((select n.ordering from campaign_tallies n where n.campaign_id = c.id), c.ordering) end as ordering,
    coalesce(i.order_probability, 1 / nullif(${openItems}, 0)::real) as probability
  from items i
  where i.campaign_id = c.id and ${isOpenWork} and ${suits} and ${fresh(shape)}
    ${after ? sql`and ${orderKey} > ${after}` : sql``}
  order by ${orderKey} limit 1
  for update of i skip locked`;

/** Sources of one campaign in the order in which they are tried; Postgres looks into the next one only when those before gave nothing. */
const sources = (shape: LeaseShape) => sql`
  select * from (${mirror(shape)}) mirrored
  union all select * from (${gold(shape)}) golden
  union all select * from (${work(shape, sql`case when c.ordering = 'random' then ${lastKey} end`)}) ahead
  union all select * from (${work(shape, null)}) any_work
  limit 1`;

const startOrLast = sql`coalesce(case when c.ordering = 'random' then ${lastKey} end, '-Infinity'::float8)`;
const isWorksTurn = sql`${coin} >= c.mirror_share and ${coin} < 1 - c.gold_share`;

const pick = (shape: LeaseShape) => sql`pick as (
  select p.*, c.lease_seconds_max
  from person cross join lateral ${openCampaigns(shape)} c
    cross join lateral (${shape.direct ? work(shape, startOrLast) : sources(shape)}) p
  where ${shape.direct ? isWorksTurn : sql`true`} ${shape.resume ? sql`and not exists (select 1 from held)` : sql``}
  limit 1
)`;

/**
 * Leases the first item of the most urgent open campaign that this annotator may have and has not had, and reads all that their
 * screen needs of it. The lateral sub-selects lock one row at a time, in the campaigns' order; rows that others are leasing right
 * now are stepped over. The audit event and the count of exposure are part of the statement.
 */
const leaseStatement = (shape: LeaseShape) => sql`with ${person(asker)},
  ${shape.resume ? sql`${held(shape)},` : sql``}
  ${pick(shape)}, lease as (
    insert into assignments (item_id, project_id, user_id, expires_at, swapped, ordering, order_probability)
    select id, ${asker.projectId}::uuid, ${asker.userId}::uuid, now() + make_interval(secs => lease_seconds_max),
      coalesce(swapped, random() < 0.5), ordering, probability
    from pick
    on conflict (item_id, user_id) where state in ('leased', 'submitted') do nothing
    returning id, item_id, state, swapped, leased_at, expires_at
  ), taken as (
    update items set slots_remaining = slots_remaining - 1 from lease where items.id = lease.item_id
  ), exposed as (
    insert into annotator_days as n (${DAY_COLUMNS}, exposures, last_exposure_at)
    select ${asker.userId}::uuid, ${TODAY}, pick.campaign_id, ${asker.projectId}::uuid, 1, now() from lease cross join pick where pick.harmful
    on conflict (user_id, day, campaign_id) do update set exposures = n.exposures + 1, last_exposure_at = now()
  ), told as (
    insert into audit_events (actor_id, actor_kind, action, object_type, object_id, project_id, details)
    select ${asker.userId}::uuid, 'user', 'assignment.lease', 'assignment', id::text, ${asker.projectId}::uuid,
      jsonb_build_object('itemId', item_id)
    from lease
  ), a as (
    select * from lease ${shape.resume ? sql`union all select * from held` : sql``}
  )
  select ${viewColumns(parameter("locale"), sql`person.today`, { isFresh: shape.direct })}
  from a ${viewJoins({ isFresh: shape.direct })} cross join person`;

interface LeaseInput {
  userId: string;
  isAdmin: boolean;
  projectId: string;
  locale: string;
  campaignId: string | null;
  afterId: string | null;
  coin: number;
}
const leases = new Map<string, (db: Db, input: LeaseInput) => Promise<AssignmentView[]>>();

/** Throws check_violation `assignments_held_max` when the annotator holds too many. */
export async function leaseItem(db: Db, request: LeaseRequest): Promise<AssignmentView | undefined> {
  const { projectId, user, locale, campaignId, afterId, coin, ...flags } = request;
  const { resume, includeSkipped, direct } = flags;
  const shape = { resume, includeSkipped, direct, oneCampaign: campaignId !== null };
  const name = ["lease", ...Object.entries(shape).flatMap(([flag, isSet]) => (isSet ? [flag] : []))].join("-");
  const lease = leases.get(name) ?? prepare<AssignmentView, LeaseInput>(name, () => leaseStatement(shape));
  leases.set(name, lease);
  const [view] = await lease(db, {
    userId: user.id,
    isAdmin: user.isAdmin,
    projectId,
    locale,
    campaignId,
    afterId,
    coin,
  });
  if (!view || !direct || view.kind === "pair") return view;
  return assignmentView(db, { assignmentId: view.assignmentId, user, locale });
}

/** A lease can be kept alive for this many lease lengths in all, so that a forgotten tab starves no item (I3). */
const LEASE_LENGTHS_MAX = 8;

/** Extends a lease that no sweep has ended yet. Epoch milliseconds, or undefined when there is none to extend. */
export async function extendLease(db: Db, assignmentId: string, user: Annotator): Promise<number | undefined> {
  return (await extend(db, { assignmentId, userId: user.id, isAdmin: user.isAdmin }))[0]?.expiresAtMs;
}
const extend = prepare<{ expiresAtMs: number }, OwnRequest>(
  "extend-lease",
  () => sql`update assignments a
    set heartbeat_at = now(),
      expires_at = greatest(a.expires_at, least(
        now() + make_interval(secs => c.lease_seconds_max),
        a.leased_at + make_interval(secs => c.lease_seconds_max * ${sql.raw(String(LEASE_LENGTHS_MAX))})))
    from ${ownAssignment} own join items i on i.id = own.item_id join campaigns c on c.id = i.campaign_id
    where a.id = own.id and own.user_id = ${asker.userId}::uuid and a.state::text = 'leased' and ${isMember(sql`own.project_id`, asker)}
    returning (extract(epoch from a.expires_at) * 1000)::float8 as "expiresAtMs"`,
);

interface OwnRequest {
  assignmentId: string;
  userId: string;
  isAdmin: boolean;
}

export interface LeaseEnd {
  assignmentId: string;
  userId: string;
  state: "skipped" | "released";
  skipMode: "requeue_for_me" | "requeue_for_others" | "unusable" | null;
  skipReason: string | null;
}

/** Ends a lease without a judgement and gives its slot back. False when it was no longer leased. */
export async function endLease(connection: Connection, end: LeaseEnd): Promise<boolean> {
  const row = await selectRow<{ id: string }>(
    connection,
    sql`with lease as (
      update assignments set state = ${end.state}::assignment_state, ended_at = now(),
        skip_mode = ${end.skipMode}::skip_mode, skip_reason = ${end.skipReason}
      where id = ${end.assignmentId}::uuid and user_id = ${end.userId}::uuid and state = 'leased'
      returning id, item_id, project_id, user_id, leased_at
    ), returned as (
      update items set slots_remaining = slots_remaining + 1,
        state = case when ${end.skipMode}::skip_mode = 'unusable' and items.state = 'open'
          then 'unusable'::item_state else items.state end
      from lease where items.id = lease.item_id
    ), spared as (
      update annotator_days n set exposures = greatest(0, n.exposures - 1)
      from lease join items i on i.id = lease.item_id join campaigns c on c.id = i.campaign_id
      where ${end.state === "released"}::boolean and ${isHarmful} and n.user_id = lease.user_id and n.campaign_id = c.id
        and n.day = (lease.leased_at at time zone 'UTC')::date
    ), told as (
      insert into audit_events (actor_id, actor_kind, action, object_type, object_id, project_id, details)
      select ${end.userId}::uuid, 'user', ${end.state === "skipped" ? "assignment.skip" : "assignment.release"},
        'assignment', id::text, project_id,
        jsonb_strip_nulls(jsonb_build_object('itemId', item_id, 'mode', ${end.skipMode}::text, 'reason', ${end.skipReason}::text))
      from lease
    )
    select id from lease`,
  );
  return row !== undefined;
}

/** Any two sweeps exclude each other: they would lock the same items in different orders. */
const SWEEP_LOCK = 728_193_002;

/** Ends leases past their time and gives their slots back; of one project, or of all. How many. */
export async function sweepExpiredLeases(connection: Connection, projectId: string | null): Promise<number> {
  const row = await selectRow<{ swept: number }>(
    connection,
    sql`with turn as materialized (
      select pg_try_advisory_xact_lock(${SWEEP_LOCK}::bigint) as mine
    ), due as (
      select a.id from assignments a
      where (select mine from turn) and a.state = 'leased' and a.expires_at <= now()
        and (${projectId}::uuid is null or a.project_id = ${projectId}::uuid)
      order by a.expires_at limit 1000
      for update of a skip locked
    ), ended as (
      update assignments a set state = 'expired', ended_at = now() from due where a.id = due.id
      returning a.id, a.item_id, a.project_id
    ), returned as (
      update items i set slots_remaining = i.slots_remaining + n.slots
      from (select item_id, count(*)::int as slots from ended group by item_id) n where i.id = n.item_id
    ), told as (
      insert into audit_events (actor_id, actor_kind, action, object_type, object_id, project_id, details)
      select null, 'worker', 'assignment.expire', 'assignment', id::text, project_id, jsonb_build_object('itemId', item_id)
      from ended
    )
    select count(*)::int as swept from ended`,
  );
  return row?.swept ?? 0;
}

export interface OwnLease {
  state: "leased" | "submitted" | "skipped" | "expired" | "released";
  projectId: string;
  itemId: string;
}

export async function ownLease(connection: Connection, assignmentId: string, user: Annotator) {
  return selectRow<OwnLease>(
    connection,
    sql`select state, project_id as "projectId", item_id as "itemId" from assignments
      where id = ${assignmentId}::uuid and user_id = ${user.id}::uuid and ${memberOf(sql`assignments.project_id`, user)}`,
  );
}

/** Undefined when the assignment is not the annotator's. */
export async function saveDraft(
  db: Db,
  assignmentId: string,
  user: Annotator,
  body: unknown,
): Promise<number | undefined> {
  const row = { assignmentId, userId: user.id, isAdmin: user.isAdmin, body: JSON.stringify(body) };
  return (await upsertDraft(db, row))[0]?.savedAtMs;
}
const upsertDraft = prepare<{ savedAtMs: number }, OwnRequest & { body: string }>(
  "save-draft",
  () => sql`insert into comparison_drafts (assignment_id, user_id, body)
    select a.id, a.user_id, ${parameter("body")}::jsonb from ${ownAssignment} a
    where a.user_id = ${asker.userId}::uuid and ${isMember(sql`a.project_id`, asker)}
    on conflict (assignment_id) do update set body = excluded.body, updated_at = now()
    returning (extract(epoch from updated_at) * 1000)::float8 as "savedAtMs"`,
);
