/**
 * What counts of a judgement once reviewers and adjudicators have spoken (docs/decisions/0005-review-and-adjudication.md), as pieces
 * of a statement over `comparisons c` joined with `items i`. An adjudicated verdict goes before a reviewer's correction, and that
 * before the annotator's own answer. Imported judgements are reviewed but never adjudicated.
 */
import { type SQL, sql } from "drizzle-orm";
import { newestReview } from "./reviews";

/** Read once and hashed: there are far fewer reviews than judgements. */
const NEWEST_REVIEWS = sql`(select distinct on (r.comparison_id) r.comparison_id, r.id, r.decision, r.reviewer_id
  from reviews r order by r.comparison_id, r.created_at desc, r.id desc)`;

export const STANDING_JOINS = sql`
  left join ${NEWEST_REVIEWS} review on review.comparison_id = c.id
  left join corrections fix on fix.review_id = review.id and review.decision = 'fixed'
  left join (select distinct on (a.item_id) a.* from adjudications a order by a.item_id, a.created_at desc, a.id desc) ruling
    on ruling.item_id = c.item_id and c.source = 'annotator' and ruling.outcome <> 'withdrawn'`;

const RULED = sql`ruling.outcome = 'verdict'`;
const pick = (ruled: SQL, fixed: SQL, own: SQL): SQL =>
  sql`case when ${RULED} then ${ruled} when fix.review_id is not null then ${fixed} else ${own} end`;

export const CHOSEN_ID = pick(
  sql`case ruling.preferred when 1 then i.response1_id else i.response2_id end`,
  sql`fix.chosen_id`,
  sql`c.chosen_id`,
);
export const REJECTED_ID = pick(
  sql`case ruling.preferred when 1 then i.response2_id else i.response1_id end`,
  sql`fix.rejected_id`,
  sql`c.rejected_id`,
);
export const STRENGTH = pick(sql`ruling.strength`, sql`fix.strength`, sql`c.strength`);
export const SAFETY = pick(sql`ruling.safety`, sql`fix.safety`, sql`c.safety`);
/** An own answer ranks above the one it was written for; under a verdict for the other answer it says nothing. */
export const EDITED_RESPONSE = pick(
  sql`case when coalesce(fix.chosen_id, c.chosen_id) = ${CHOSEN_ID}
    then case when fix.review_id is not null then fix.edited_response else c.edited_response end end`,
  sql`fix.edited_response`,
  sql`c.edited_response`,
);

/** Standing judgements of the same item by annotators: a few, so each looks its own review up. */
const VOTES = sql`comparisons o left join lateral (${newestReview(sql`o.id`)}) ore on true
  left join corrections ofix on ofix.review_id = ore.id and ore.decision = 'fixed'
  where o.item_id = c.item_id and o.source = 'annotator'
    and not exists (select 1 from comparisons newer where newer.supersedes_id = o.id)`;
const VOTED = sql`coalesce(ofix.chosen_id, o.chosen_id)`;

/** Of an adjudicated item one judgement carries the verdict into the data: the first that had it right, else the first of all. */
const IS_CARRIER = sql`c.id = (select o.id from ${VOTES} order by (${VOTED} = ${CHOSEN_ID}) desc, o.sequence limit 1)`;

/** Why reviewers and adjudicators keep the judgement out of a snapshot; branches of a `case`. */
export const REVIEW_EXCLUSIONS = sql`
  when ruling.outcome = 'guideline_gap' then 'guideline_gap'
  when ${RULED} and not (${IS_CARRIER}) then 'adjudicated'
  when ${SAFETY} = 'preferred_unsafe' then 'preferred_unsafe'
  when review.decision = 'rejected' and ruling.outcome is distinct from 'verdict' then 'rejected_by_review'`;

/** Who else had a hand in it, and how the annotators voted where they were found to differ in earnest or were overruled. */
export const STANDING_PROVENANCE = sql`
  case when fix.review_id is not null and not coalesce(${RULED}, false) then review.reviewer_id end as "correctedBy",
  case when ${RULED} then ruling.adjudicator_id end as "adjudicatedBy",
  case when ruling.outcome in ('verdict', 'plurality') then (select jsonb_build_array(
      count(*) filter (where ${VOTED} = ${CHOSEN_ID}), count(*) filter (where ${VOTED} <> ${CHOSEN_ID}))
    from ${VOTES} and ore.decision is distinct from 'rejected') end as "votes",
  ruling.outcome = 'plurality' as "isPlurality"`;
