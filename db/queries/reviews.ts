/** The reviewers' queue: which judgements wait, who has one open, how each looks, and what came of them. */
import { type SQL, sql } from "drizzle-orm";
import type { ReviewDecision, ReviewReason, ReviewTally } from "@/lib/domain/review";
import type { Connection, Tx } from "../client";
import { messageChain, type ViewedMessage } from "./assignment-view";
import { claimWaiting } from "./claims";
import type { StoredSafety, StoredStrength } from "./comparisons";
import { isStanding, selectRow, selectRows, uuids, wantedIds } from "./rows";

/** The newest review of a judgement; nothing where there is none. */
export const newestReview = (comparisonId: SQL): SQL => sql`
  select r.id, r.decision, r.reviewer_id, r.feedback from reviews r where r.comparison_id = ${comparisonId}
  order by r.created_at desc, r.id desc limit 1`;

export interface ReviewRules {
  /** Share of judgements drawn by chance where neither campaign nor project says, 0..1. */
  share: number;
  firstJudgements: number;
}

/** A number in [0, 1) that the judgement's id alone decides, so that the same ones are drawn however often this runs. */
const drawn = sql`('x' || substr(md5(f.id::text || ':review'), 1, 8))::bit(32)::bigint / 4294967296.0`;

/**
 * Opens a case for those of the judgements that a reviewer should see, and drops what they replace. `rules` = the defaults of
 * lib/domain/project-settings.ts, which settings stored earlier may lack.
 */
export async function openReviewCases(tx: Tx, ids: readonly string[], rules: ReviewRules): Promise<void> {
  await tx.execute(sql`
    delete from review_cases c using ${wantedIds(ids)}, comparisons k
    where k.id = wanted.id and c.comparison_id = k.supersedes_id and c.settled_at is null`);
  await tx.execute(sql`
    with fresh as (
      select k.id, k.sequence, k.project_id, k.user_id, k.safety, k.tags, k.supersedes_id, k.created_at, i.campaign_id,
        i.purpose = 'work' as is_work, coalesce(i.language, d.language, 'en') as language,
        coalesce(g.review_share, (p.settings->'review'->>'share')::float8, ${rules.share}::float8) as share,
        coalesce((p.settings->'review'->>'firstJudgements')::int, ${rules.firstJudgements}::int) as first_judgements
      from ${wantedIds(ids)} join comparisons k on k.id = wanted.id join items i on i.id = k.item_id
        join campaigns g on g.id = i.campaign_id join projects p on p.id = k.project_id left join dialogues d on d.id = i.dialogue_id
      where k.source = 'annotator' and ${isStanding(sql`k`)}
    ), beginners as materialized (
      select f.*, (
        -- \`offset 0\` holds it to the index by person: by project it could walk through everybody's judgements.
        select e.created_at from (
          select o.created_at, o.project_id, o.supersedes_id from comparisons o where o.user_id = f.user_id order by o.created_at offset 0) e
        where e.project_id = f.project_id and e.supersedes_id is null
        offset f.first_judgements - 1 limit 1) as until
      from (select distinct user_id, project_id, first_judgements from fresh where is_work and first_judgements > 0) f
    ), judged as (
      select f.*, array_remove(array[
        case when f.safety = 'preferred_unsafe' then 'preferred_unsafe' end,
        case when 'flagged' = any(f.tags) then 'flagged' end,
        case when (select n.decision::text from (${newestReview(sql`f.supersedes_id`)}) n) in ('fixed', 'rejected')
          then 'revised' end,
        case when f.is_work and b.user_id is not null and f.created_at <= coalesce(b.until, 'infinity') then 'new_annotator' end,
        case when f.is_work and ${drawn} < f.share then 'sample' end], null) as reasons
      from fresh f left join beginners b on b.user_id = f.user_id and b.project_id = f.project_id
        and b.first_judgements = f.first_judgements
    )
    insert into review_cases (comparison_id, project_id, campaign_id, user_id, sequence, language, reasons)
    select id, project_id, campaign_id, user_id, sequence, language, reasons from judged where cardinality(reasons) > 0
    on conflict (comparison_id) do nothing`);
}

/** Puts one judgement into the queue for a reason that is not its own, or adds the reason to its case. */
export async function sendToReview(tx: Tx, comparisonId: string, reason: ReviewReason): Promise<void> {
  await tx.execute(sql`
    insert into review_cases as c (comparison_id, project_id, campaign_id, user_id, sequence, language, reasons)
    select k.id, k.project_id, i.campaign_id, k.user_id, k.sequence, coalesce(i.language, 'en'), array[${reason}::text]
    from comparisons k join items i on i.id = k.item_id where k.id = ${comparisonId}::uuid and k.source = 'annotator'
    on conflict (comparison_id) do update set settled_at = null,
      reasons = case when ${reason}::text = any(c.reasons) then c.reasons else c.reasons || excluded.reasons end`);
}

export interface ReviewFilter {
  projectId: string;
  /** Nobody reviews their own. */
  reviewerId: string;
  reason?: string | undefined;
  userId?: string | undefined;
  campaignId?: string | undefined;
  language?: string | undefined;
}

const waiting = (filter: ReviewFilter): SQL =>
  sql.join(
    [
      sql`c.project_id = ${filter.projectId}::uuid and c.settled_at is null and c.user_id <> ${filter.reviewerId}::uuid`,
      ...(filter.reason ? [sql`${filter.reason} = any(c.reasons)`] : []),
      ...(filter.userId ? [sql`c.user_id = ${filter.userId}::uuid`] : []),
      ...(filter.campaignId ? [sql`c.campaign_id = ${filter.campaignId}::uuid`] : []),
      ...(filter.language ? [sql`c.language = ${filter.language}`] : []),
    ],
    sql` and `,
  );

export interface StoredCase {
  comparisonId: string;
  sequence: string;
  itemId: string;
  task: "helpfulness" | "safety";
  campaignId: string;
  campaign: string;
  language: string;
  category: string | null;
  context: ViewedMessage[];
  response1: string;
  response2: string;
  response1Id: string;
  response2Id: string;
  chosenId: string;
  swapped: boolean;
  strength: StoredStrength;
  safety: StoredSafety | null;
  tags: string[];
  rationale: string | null;
  editedResponse: string | null;
  durationMs: number;
  annotatorId: string;
  annotator: string;
  reasons: ReviewReason[];
  /** Who has it open, if it is somebody else. */
  openedBy: string | null;
  /** The newest review so far: withdrawn, or of a case that was sent here again. */
  reviewId: string | null;
  /** What a reviewer had said of the judgement that this one replaces. */
  earlierFeedback: string | null;
  createdAtMs: number;
}

const caseColumns = (reviewerId: string): SQL => sql`
  k.id as "comparisonId", k.sequence::text as "sequence", k.item_id as "itemId", k.task, i.campaign_id as "campaignId",
  g.name as "campaign", coalesce(i.language, 'en') as "language", i.category, ${messageChain(sql`i.context_message_id`)} as "context",
  r1.content as "response1", r2.content as "response2", r1.id as "response1Id", r2.id as "response2Id", k.chosen_id as "chosenId",
  k.swapped, k.strength, k.safety, k.tags || k.reasons as "tags", k.rationale, k.edited_response as "editedResponse",
  k.duration_ms as "durationMs", k.user_id as "annotatorId", u.name as "annotator", coalesce(c.reasons, '{}') as "reasons",
  (select o.name from users o where o.id = c.claimed_by and c.claimed_by <> ${reviewerId}::uuid and c.claimed_until > now()) as "openedBy",
  (select n.id from (${newestReview(sql`k.id`)}) n) as "reviewId",
  (select n.feedback from (${newestReview(sql`k.supersedes_id`)}) n) as "earlierFeedback",
  (extract(epoch from k.created_at) * 1000)::float8 as "createdAtMs"`;

const caseTables = sql`comparisons k join items i on i.id = k.item_id join campaigns g on g.id = i.campaign_id
  join messages r1 on r1.id = i.response1_id join messages r2 on r2.id = i.response2_id join users u on u.id = k.user_id
  left join review_cases c on c.comparison_id = k.id`;

/** Oldest first, without the reviewer's own. */
export async function listReviewCases(
  connection: Connection,
  page: ReviewFilter & { after: string | null; limit: number },
): Promise<StoredCase[]> {
  return selectRows<StoredCase>(
    connection,
    sql`select ${caseColumns(page.reviewerId)} from ${caseTables}
    where k.id in (select c.comparison_id from review_cases c where ${waiting(page)}
      and (${page.after}::bigint is null or c.sequence > ${page.after}::bigint) order by c.sequence limit ${page.limit}::int)
    order by k.sequence`,
  );
}

/** The same view of judgements that are named, in no order. */
export async function viewCases(connection: Connection, ids: readonly string[], reviewerId: string) {
  return selectRows<StoredCase>(
    connection,
    sql`select ${caseColumns(reviewerId)} from ${caseTables} where k.id = any(${uuids(ids)}) order by k.sequence`,
  );
}

export const claimCases = (
  tx: Tx,
  wanted: ReviewFilter & { exclude: string[]; limit: number; seconds: number },
): Promise<string[]> =>
  claimWaiting(
    tx,
    { table: "review_cases", key: "comparison_id", alias: "c" },
    {
      ...wanted,
      userId: wanted.reviewerId,
      waiting: waiting(wanted),
    },
  );

/** Counting stops here: "more than a thousand" says enough. */
const COUNTED_MAX = 1000;

export async function countCases(connection: Connection, filter: ReviewFilter) {
  return selectRows<{ kind: "reason" | "annotator" | "campaign" | "language"; key: string; name: string; n: number }>(
    connection,
    sql`with open as (select * from review_cases c where ${waiting(filter)} order by c.sequence limit ${COUNTED_MAX}::int)
    select 'reason' as kind, r.reason as key, r.reason as name, count(*)::int as n
      from open, unnest(open.reasons) as r(reason) group by 2
    union all select 'annotator', u.id::text, u.name, count(*)::int from open join users u on u.id = open.user_id group by 2, 3
    union all select 'campaign', g.id::text, g.name, count(*)::int from open join campaigns g on g.id = open.campaign_id group by 2, 3
    union all select 'language', language, language, count(*)::int from open group by 2
    order by 1, 4 desc, 3`,
  );
}

export interface ReviewSubject {
  comparisonId: string;
  projectId: string;
  itemId: string;
  userId: string | null;
  task: "helpfulness" | "safety";
  chosenId: string;
  rejectedId: string;
  response1Id: string;
  response2Id: string;
  swapped: boolean;
  strength: StoredStrength | null;
  safety: StoredSafety | null;
  tags: string[];
  rationale: string | null;
  editedResponse: string | null;
  isReplaced: boolean;
  /** Name of another person who has it open just now. */
  openedBy: string | null;
  newest: { id: string; decision: ReviewDecision; reviewerId: string; createdAt: string } | null;
}

/** Locks the judgement against other reviewers until the transaction ends, then reads what a review needs. */
export async function lockReviewSubject(tx: Tx, comparisonId: string, reviewerId: string) {
  const found = await selectRow<{ id: string }>(
    tx,
    sql`select id from comparisons where id = ${comparisonId}::uuid for no key update`,
  );
  if (!found) return undefined;
  return selectRow<ReviewSubject>(
    tx,
    sql`select k.id as "comparisonId", k.project_id as "projectId", k.item_id as "itemId", k.user_id as "userId", k.task,
      k.chosen_id as "chosenId", k.rejected_id as "rejectedId", i.response1_id as "response1Id", i.response2_id as "response2Id",
      coalesce(k.swapped, false) as "swapped", k.strength, k.safety, k.tags || k.reasons as "tags", k.rationale,
      k.edited_response as "editedResponse",
      exists (select 1 from comparisons newer where newer.supersedes_id = k.id) as "isReplaced",
      (select o.name from review_cases c join users o on o.id = c.claimed_by where c.comparison_id = k.id
        and c.settled_at is null and c.claimed_by <> ${reviewerId}::uuid and c.claimed_until > now()) as "openedBy",
      (select jsonb_build_object('id', n.id, 'decision', n.decision, 'reviewerId', n.reviewer_id)
        from (${newestReview(sql`k.id`)}) n) as "newest"
    from comparisons k join items i on i.id = k.item_id where k.id = ${comparisonId}::uuid`,
  );
}

/** Closes the judgement's case, or opens it again. */
export async function settleCase(tx: Tx, comparisonId: string, settled: boolean): Promise<void> {
  await tx.execute(sql`
    update review_cases set settled_at = case when ${settled}::boolean then now() end, claimed_by = null, claimed_until = null
    where comparison_id = ${comparisonId}::uuid`);
}

/** The note that went out with a review, unless the annotator has read it already. Both carry the same instant. */
export async function dropUnreadNote(tx: Tx, reviewId: string): Promise<void> {
  await tx.execute(sql`
    delete from annotator_notes n using reviews r where r.id = ${reviewId}::uuid and n.comparison_id = r.comparison_id
      and n.author_id = r.reviewer_id and n.created_at = r.created_at and n.read_at is null`);
}

/** Whether somebody wrote to the annotator about this judgement in the last `seconds`: that opens it to a change of mind. */
export async function hasNoteSince(connection: Connection, comparisonId: string, seconds: number): Promise<boolean> {
  const row = await selectRow<{ found: boolean }>(
    connection,
    sql`select exists (select 1 from annotator_notes n join comparisons k on k.id = n.comparison_id and k.user_id = n.user_id
      where n.kind = 'note' and n.comparison_id = ${comparisonId}::uuid and n.created_at > now() - make_interval(secs => ${seconds}::int)) as found`,
  );
  return row?.found ?? false;
}

/** What reviewers made of each annotator's standing judgements; approvalRate (lib/domain/review.ts) reads a rate from it. */
export async function reviewTallies(connection: Connection, projectId: string): Promise<ReviewTally[]> {
  return selectRows<ReviewTally>(
    connection,
    sql`with newest as (
      select distinct on (r.comparison_id) r.comparison_id, r.decision::text as decision
      from reviews r join comparisons k on k.id = r.comparison_id
      where k.project_id = ${projectId}::uuid and k.user_id is not null
      order by r.comparison_id, r.created_at desc, r.id desc
    )
    select k.user_id as "userId", count(*) filter (where n.decision = 'approved')::int as approved,
      count(*) filter (where n.decision = 'fixed')::int as fixed, count(*) filter (where n.decision = 'rejected')::int as rejected,
      count(*) filter (where c.by_chance)::int as sampled,
      count(*) filter (where c.by_chance and n.decision = 'approved')::int as "sampledApproved"
    from newest n join comparisons k on k.id = n.comparison_id
      left join lateral (select rc.reasons && array['sample', 'new_annotator'] as by_chance from review_cases rc
        where rc.comparison_id = k.id) c on true
    where n.decision <> 'withdrawn' group by 1`,
  );
}

export async function comparisonProject(connection: Connection, comparisonId: string): Promise<string | undefined> {
  const row = await selectRow<{ projectId: string }>(
    connection,
    sql`select project_id as "projectId" from comparisons where id = ${comparisonId}::uuid`,
  );
  return row?.projectId;
}
