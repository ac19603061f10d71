/** What an annotator may still get, and why it is nothing. Not on the hot path: the count is kept for a while, the reason asked for after a 204. */
import { sql } from "drizzle-orm";
import type { Db } from "../client";
import {
  type Asker,
  campaignBlock,
  isExposureLeft,
  isHarmful,
  isLanguageKnown,
  isNew,
  isOpenWork,
  isWelcome,
  notNew,
  orderKey,
  person,
} from "./eligibility";
import { parameter, prepare } from "./prepared";
import type { Annotator } from "./queue";

const asker: Asker = { userId: parameter("userId"), isAdmin: parameter("isAdmin"), projectId: parameter("projectId") };

/** Counting stops here: "1000 or more" is enough for a progress bar. */
export const REMAINING_MAX = 1000;
const most = sql.raw(String(REMAINING_MAX));

interface AskerInput {
  userId: string;
  isAdmin: boolean;
  projectId: string;
}
const inputOf = (projectId: string, user: Annotator): AskerInput => ({
  projectId,
  userId: user.id,
  isAdmin: user.isAdmin,
});

const openCampaign = sql`campaigns c on c.project_id = ${asker.projectId}::uuid and c.state = 'open' and ${campaignBlock(asker)} is null`;

/**
 * Whether there are more items than are counted, by the worker's tallies alone (a minute old, hence twice as many): true for who takes
 * all languages and categories and has judged far fewer than are open.
 */
const areMany = sql`(
  select sum(n.items_open) - coalesce((select sum(d.judgements) from annotator_days d
      where d.user_id = ${asker.userId}::uuid and d.project_id = ${asker.projectId}::uuid), 0) >= ${sql.raw(String(2 * REMAINING_MAX))}
  from person join ${openCampaign} and ${isExposureLeft} join campaign_tallies n on n.campaign_id = c.id
  where cardinality(person.languages) = 0 and cardinality(person.excluded) = 0)`;

const selectRemaining = prepare<{ remaining: number }, AskerInput>(
  "remaining-items",
  () => sql`with ${person(asker)}, seen as materialized (${notNew(asker, { includeSkipped: false })})
    select case when ${areMany} then ${most} else (
      select count(*)::int from (
        select 1 from person join ${openCampaign} cross join lateral (
          -- Named order: no plan gathers all of a campaign's items for the first thousand.
          select 1 from items i where i.campaign_id = c.id and ${isOpenWork} and (${isExposureLeft} or not ${isHarmful})
            and ${isLanguageKnown} and ${isWelcome} and i.id not in (select id from seen)
          order by ${orderKey} limit ${most}) fresh
        limit ${most}
      ) left_over) end as remaining`,
);

/** Items that the annotator could still get in the project, up to REMAINING_MAX. */
export const remainingItems = async (db: Db, projectId: string, user: Annotator): Promise<number> =>
  (await selectRemaining(db, inputOf(projectId, user)))[0]?.remaining ?? 0;

export type Lack =
  | "available"
  | "nothing"
  | "paused"
  | "not_certified"
  | "daily_limit"
  | "exposure_limit"
  | "cool_down"
  | "language"
  | "excluded";

const untried = sql`select 1 from items i where i.campaign_id = c.id and ${isOpenWork} and ${isNew(asker, { includeSkipped: true })}`;

const selectLacks = prepare<{ lack: Lack; untilMs: number | null }, AskerInput & { campaignId: string | null }>(
  "no-item",
  () => sql`with ${person(asker)}, found as (
      select c.cooldown_minutes, person.last_exposure_at, case
        when person.paused then 'paused'
        when c.id is null or not exists (${untried}) then 'nothing'
        when c.block is not null then c.block
        when exists (${untried} and ${isLanguageKnown} and ${isWelcome} and (c.exposure_left or not ${isHarmful})) then 'available'
        when exists (${untried} and ${isLanguageKnown} and ${isWelcome}) then 'exposure_limit'
        when exists (${untried} and ${isLanguageKnown}) then 'excluded'
        else 'language'
      end as lack
      from person left join lateral (
        select c.id, c.task, c.cooldown_minutes, ${campaignBlock(asker)} as block, ${isExposureLeft} as exposure_left
        from campaigns c join projects p on p.id = c.project_id
        where c.project_id = ${asker.projectId}::uuid and c.state = 'open' and p.archived_at is null
          and (${parameter("campaignId")}::uuid is null or c.id = ${parameter("campaignId")}::uuid)
      ) c on true
    )
    select lack, (extract(epoch from case
      when lack in ('daily_limit', 'exposure_limit') then (date_trunc('day', now() at time zone 'UTC') + interval '1 day') at time zone 'UTC'
      when lack = 'cool_down' then last_exposure_at + make_interval(mins => cooldown_minutes)
    end) * 1000)::float8 as "untilMs" from found`,
);

/** One row per open campaign, or one that says paused or nothing; none for who is not a member. */
export const lacks = (db: Db, projectId: string, user: Annotator, campaignId: string | null) =>
  selectLacks(db, { ...inputOf(projectId, user), campaignId });
