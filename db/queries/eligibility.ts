/**
 * Who may get what: the rules that stand between an annotator and an open item, each in one place, for the lease, for the count of
 * what remains and for the answer to "why is there nothing?".
 */
import { type SQL, sql } from "drizzle-orm";
import { RISK_CATEGORIES } from "@/lib/domain/red-team";

/** Fragments that name the caller's values: parameters of a prepared statement, or values. */
export interface Asker {
  userId: SQL;
  isAdmin: SQL;
  projectId: SQL;
}

export const TODAY = sql`(now() at time zone 'UTC')::date`;

/** An annotator who was taken out of the project has no leases there any more; administrators need no membership. */
export const isMember = (
  projectId: SQL,
  asker: Pick<Asker, "userId" | "isAdmin">,
) => sql`(${asker.isAdmin}::boolean or exists (
  select 1 from project_members m where m.project_id = ${projectId} and m.user_id = ${asker.userId}::uuid))`;

const riskCategories = sql.raw(`array[${RISK_CATEGORIES.map((category) => `'${category}'`).join(", ")}]`);

/** What lib/domain/red-team.ts calls harmful, of the item `i` in the campaign `c`. */
export const isHarmful = sql`(i.category is not null and (c.task = 'safety' or i.category = any(${riskCategories})))`;

/** CTE `person`: the asker, if a member of the project, and their day so far. */
export const person = (asker: Asker) => sql`person as materialized (
  select u.languages, coalesce(f.excluded_categories, '{}'::text[]) as excluded, f.exposure_max_per_day,
    s.paused_at is not null as paused, coalesce(d.exposures, 0) as exposures, d.last_exposure_at, coalesce(d.today, 0)::int as today
  from users u
    left join annotator_preferences f on f.user_id = u.id
    left join annotator_states s on s.user_id = u.id and s.project_id = ${asker.projectId}::uuid
    cross join lateral (
      select sum(n.exposures) as exposures, max(n.last_exposure_at) as last_exposure_at,
        sum(n.judgements) filter (where n.project_id = ${asker.projectId}::uuid) as today
      from annotator_days n where n.user_id = u.id and n.day = ${TODAY}
    ) d
  where u.id = ${asker.userId}::uuid and ${isMember(sql`${asker.projectId}::uuid`, asker)}
)`;

/** False when no more harmful items should be handed out today: the campaign's or the annotator's own limit is reached. */
export const isExposureLeft = sql`coalesce(person.exposures < least(c.exposure_max_per_day, person.exposure_max_per_day), true)`;

const judgedToday = (asker: Asker) => sql`(
  coalesce((select n.judgements from annotator_days n
    where n.user_id = ${asker.userId}::uuid and n.day = ${TODAY} and n.campaign_id = c.id), 0)
  + (select count(*) from assignments h join items hi on hi.id = h.item_id
    where h.user_id = ${asker.userId}::uuid and h.project_id = c.project_id and h.state = 'leased' and h.expires_at > now()
      and hi.campaign_id = c.id))`;

/**
 * Why the asker gets nothing of the campaign `c` at all, or null. The cool-down begins with the harmful item that used up the day's
 * budget; it withholds all of the campaign, and when it is over harmless items come again.
 */
export const campaignBlock = (asker: Asker) => sql`case
  when person.paused then 'paused'
  when c.certified_only and not exists (select 1 from certificates t
    where t.project_id = c.project_id and t.task = c.task and t.user_id = ${asker.userId}::uuid and t.revoked_at is null) then 'not_certified'
  when cardinality(c.languages) > 0 and cardinality(person.languages) > 0 and not c.languages && person.languages then 'language'
  when c.judgements_max_per_day is not null and ${judgedToday(asker)} >= c.judgements_max_per_day then 'daily_limit'
  when c.cooldown_minutes > 0 and not ${isExposureLeft}
    and person.last_exposure_at > now() - make_interval(mins => c.cooldown_minutes) then 'cool_down'
end`;

export const isLanguageKnown = sql`(cardinality(person.languages) = 0 or i.language is null
  or split_part(i.language, '-', 1) = any(person.languages))`;
export const isWelcome = sql`(i.category is null or i.category <> all(person.excluded))`;

interface Had {
  /** What was put off counts as not had. */
  includeSkipped: boolean;
  /** The lease that the annotator is just leaving, whose judgement may still be on its way, counts even when it has expired. */
  after?: SQL;
}

const isHad = (asker: Asker, { includeSkipped, after }: Had) => sql`had.user_id = ${asker.userId}::uuid
  and (had.state in ('leased', 'submitted') or (had.state = 'skipped'${includeSkipped ? sql` and had.skip_mode <> 'requeue_for_me'` : sql``})
    ${after ? sql`or (had.state = 'expired' and had.id = ${after}::uuid)` : sql``})`;

/**
 * Whether the annotator neither has nor had the item `i`, nor the gold item made from it. `offset 0`: looked up for this one item; a
 * plan may think it better to gather all that the annotator ever had.
 */
export const isNew = (asker: Asker, how: Had) => sql`
  not exists (select 1 from assignments had where had.item_id = i.id and ${isHad(asker, how)} offset 0)
  and not exists (select 1 from gold_answers g join assignments had on had.item_id = g.item_id and ${isHad(asker, how)}
    where g.source_item_id = i.id and g.retired_at is null offset 0)`;

/** The column `id`: all items of the project for which `isNew` says no. */
export const notNew = (asker: Asker, how: Had) => sql`
  select had.item_id as id from assignments had where had.project_id = ${asker.projectId}::uuid and ${isHad(asker, how)}
  union all
  select g.source_item_id from gold_answers g join assignments had on had.item_id = g.item_id and ${isHad(asker, how)}
  where had.project_id = ${asker.projectId}::uuid and g.source_item_id is not null and g.retired_at is null`;

/** Of the item `i`: work with a free slot, as the index `items_queue` has it. */
export const isOpenWork = sql`i.state = 'open' and i.slots_remaining > 0 and i.purpose = 'work' and i.reserved_for is null`;
export const orderKey = sql`coalesce(i.order_key, i.random_key)`;
