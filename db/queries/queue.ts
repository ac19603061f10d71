/**
 * The queue: leases and how they end. One statement per verb (round trips are the cost, not Postgres), each with its audit
 * event. Races are decided by row locks, unique indexes and check constraints at READ COMMITTED (security.md).
 */
import { type SQL, sql } from "drizzle-orm";
import type { Connection } from "../client";
import { selectRow } from "./rows";

/** An annotator who was taken out of the project has no leases there any more; administrators need no membership. */
export const memberOf = (projectId: SQL, user: Annotator) => sql`(${user.isAdmin}::boolean or exists (
  select 1 from project_members m where m.project_id = ${projectId} and m.user_id = ${user.id}::uuid))`;

export interface Annotator {
  id: string;
  isAdmin: boolean;
}

export interface LeaseRequest {
  projectId: string;
  user: Annotator;
  campaignId: string | null;
  /** Also offer what this annotator asked to meet again later. */
  includeSkipped: boolean;
}

/**
 * Leases the first item of the most urgent open campaign that this annotator has not had. The lateral sub-select locks
 * one row of one campaign at a time, in the campaigns' order; rows that others are leasing right now are stepped over.
 * Throws check_violation `assignments_held_max` when the annotator holds too many.
 */
export async function leaseItem(connection: Connection, request: LeaseRequest): Promise<string | undefined> {
  const row = await selectRow<{ id: string }>(
    connection,
    sql`with pick as (
      select i.id, c.lease_seconds_max
      from (
        select c.id, c.lease_seconds_max from campaigns c join projects p on p.id = c.project_id
        where c.project_id = ${request.projectId}::uuid and c.state = 'open' and p.archived_at is null
          and (${request.campaignId}::uuid is null or c.id = ${request.campaignId}::uuid)
          and ${memberOf(sql`c.project_id`, request.user)}
        order by c.priority, c.created_at, c.id
        offset 0
      ) c
      cross join lateral (
        select i.id from items i
        where i.campaign_id = c.id and i.state = 'open' and i.slots_remaining > 0
          and not exists (
            select 1 from assignments a where a.item_id = i.id and a.user_id = ${request.user.id}::uuid
              and (a.state in ('leased', 'submitted')
                or (a.state = 'skipped' and (a.skip_mode <> 'requeue_for_me' or not ${request.includeSkipped}::boolean))))
        order by i.random_key
        limit 1
        for update of i skip locked
      ) i
      limit 1
    ), lease as (
      insert into assignments (item_id, project_id, user_id, expires_at)
      select id, ${request.projectId}::uuid, ${request.user.id}::uuid, now() + make_interval(secs => lease_seconds_max)
      from pick
      on conflict (item_id, user_id) where state in ('leased', 'submitted') do nothing
      returning id, item_id
    ), taken as (
      update items set slots_remaining = slots_remaining - 1 from lease where items.id = lease.item_id
    ), told as (
      insert into audit_events (actor_id, actor_kind, action, object_type, object_id, project_id, details)
      select ${request.user.id}::uuid, 'user', 'assignment.lease', 'assignment', id::text, ${request.projectId}::uuid,
        jsonb_build_object('itemId', item_id)
      from lease
    )
    select id from lease`,
  );
  return row?.id;
}

/** The oldest live lease that the annotator still holds, other than `exceptId`. */
export async function heldLease(
  connection: Connection,
  request: { projectId: string; userId: string; campaignId: string | null; exceptId: string | null },
): Promise<string | undefined> {
  const row = await selectRow<{ id: string }>(
    connection,
    sql`select a.id from assignments a join items i on i.id = a.item_id
      where a.user_id = ${request.userId}::uuid and a.project_id = ${request.projectId}::uuid
        and a.state = 'leased' and a.expires_at > now()
        and (${request.campaignId}::uuid is null or i.campaign_id = ${request.campaignId}::uuid)
        and (${request.exceptId}::uuid is null or a.id <> ${request.exceptId}::uuid)
      order by a.leased_at, a.id limit 1`,
  );
  return row?.id;
}

/** A lease can be kept alive for this many lease lengths in all, so that a forgotten tab starves no item (I3). */
const LEASE_LENGTHS_MAX = 8;

/** Extends a lease that no sweep has ended yet. Epoch milliseconds, or undefined when there is none to extend. */
export async function extendLease(connection: Connection, assignmentId: string, userId: string) {
  const row = await selectRow<{ expires_at_ms: number }>(
    connection,
    sql`update assignments a
      set heartbeat_at = now(),
        expires_at = greatest(a.expires_at, least(
          now() + make_interval(secs => c.lease_seconds_max),
          a.leased_at + make_interval(secs => c.lease_seconds_max * ${LEASE_LENGTHS_MAX}::int)))
      from items i join campaigns c on c.id = i.campaign_id
      where i.id = a.item_id and a.id = ${assignmentId}::uuid and a.user_id = ${userId}::uuid and a.state = 'leased'
      returning (extract(epoch from a.expires_at) * 1000)::float8 as expires_at_ms`,
  );
  return row?.expires_at_ms;
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
      returning id, item_id, project_id
    ), returned as (
      update items set slots_remaining = slots_remaining + 1,
        state = case when ${end.skipMode}::skip_mode = 'unusable' and items.state = 'open'
          then 'unusable'::item_state else items.state end
      from lease where items.id = lease.item_id
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

export async function saveDraft(connection: Connection, assignmentId: string, userId: string, body: unknown) {
  const row = await selectRow<{ saved_at_ms: number }>(
    connection,
    sql`insert into comparison_drafts (assignment_id, user_id, body)
      select id, user_id, ${JSON.stringify(body)}::jsonb from assignments
      where id = ${assignmentId}::uuid and user_id = ${userId}::uuid
      on conflict (assignment_id) do update set body = excluded.body, updated_at = now()
      returning (extract(epoch from updated_at) * 1000)::float8 as saved_at_ms`,
  );
  return row?.saved_at_ms;
}
