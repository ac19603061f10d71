/** The console's list of judgements, newest first by sequence number, and one judgement with its pair. */
import { type SQL, sql } from "drizzle-orm";
import type { Connection } from "../client";
import { messageChain, type ViewedMessage } from "./assignment-view";
import { selectRow, selectRows } from "./rows";

export interface ComparisonFilter {
  userId?: string | undefined;
  strength?: string | undefined;
  safety?: string | undefined;
  campaignId?: string | undefined;
  source?: "annotator" | "import" | undefined;
  /** ISO days, UTC, both included. */
  from?: string | undefined;
  to?: string | undefined;
}

function conditionOf(projectId: string, filter: ComparisonFilter): SQL {
  const conditions = [sql`k.project_id = ${projectId}::uuid`];
  if (filter.userId) conditions.push(sql`k.user_id = ${filter.userId}::uuid`);
  if (filter.strength) conditions.push(sql`k.strength = ${filter.strength}::strength`);
  if (filter.safety) conditions.push(sql`k.safety = ${filter.safety}::comparison_safety`);
  if (filter.source) conditions.push(sql`k.source = ${filter.source}::comparison_source`);
  if (filter.from) conditions.push(sql`k.created_at >= (${filter.from}::date)::timestamp at time zone 'UTC'`);
  if (filter.to) conditions.push(sql`k.created_at < (${filter.to}::date + 1)::timestamp at time zone 'UTC'`);
  if (filter.campaignId)
    conditions.push(
      sql`exists (select 1 from items ci where ci.id = k.item_id and ci.campaign_id = ${filter.campaignId}::uuid)`,
    );
  return sql.join(conditions, sql` and `);
}

type ReviewDecision = "approved" | "fixed" | "rejected" | "withdrawn";

export interface ListedComparisonRow {
  id: string;
  sequence: string;
  itemId: string;
  campaign: string;
  task: "helpfulness" | "safety";
  userId: string | null;
  annotator: string | null;
  source: "annotator" | "import";
  sourceName: string | null;
  prompt: string;
  strength: "significantly_better" | "better" | "slightly_better" | "negligibly_better" | null;
  safety: "preferred_safe" | "both_safe" | "both_unsafe" | "preferred_unsafe" | null;
  durationMs: number | null;
  superseded: boolean;
  review: ReviewDecision | null;
  at: string;
}

/** Of the judgement `k`, its item `i`, campaign `c`, context `m` and annotator `u`. */
const COLUMNS = sql`k.id, k.sequence::text as sequence, k.item_id as "itemId", c.name as campaign, k.task,
  k.user_id as "userId", u.name as annotator, k.source, k.source_name as "sourceName", left(m.content, 200) as prompt,
  k.strength, k.safety, k.duration_ms as "durationMs",
  exists (select 1 from comparisons newer where newer.supersedes_id = k.id) as superseded,
  (select r.decision from reviews r where r.comparison_id = k.id order by r.created_at desc limit 1) as review,
  to_jsonb(k.created_at)#>>'{}' as at`;
const JOINS = sql`join items i on i.id = k.item_id join campaigns c on c.id = i.campaign_id
  join messages m on m.id = i.context_message_id left join users u on u.id = k.user_id`;

export async function selectListedComparisons(
  connection: Connection,
  projectId: string,
  filter: ComparisonFilter,
  page: { before: string | undefined; limit: number },
): Promise<ListedComparisonRow[]> {
  const below = page.before ? sql`k.sequence < ${page.before}::bigint` : sql`true`;
  return selectRows<ListedComparisonRow>(
    connection,
    sql`with page as materialized (
      select k.* from comparisons k where ${conditionOf(projectId, filter)} and ${below}
      order by k.sequence desc limit ${page.limit}::int
    )
    select ${COLUMNS} from page k ${JOINS} order by k.sequence desc`,
  );
}

export interface ShownComparisonRow extends ListedComparisonRow {
  context: ViewedMessage[];
  chosen: string;
  rejected: string;
  editedResponse: string | null;
  choseA: boolean | null;
  tags: string[];
  rationale: string | null;
  reviews: { decision: ReviewDecision; feedback: string; reviewer: string; createdAt: string }[];
}

export async function selectShownComparison(connection: Connection, projectId: string, id: string) {
  return selectRow<ShownComparisonRow>(
    connection,
    sql`select ${COLUMNS}, ${messageChain(sql`i.context_message_id`)} as context, chosen.content as chosen,
      rejected.content as rejected, k.edited_response as "editedResponse", k.tags, k.rationale,
      case when k.swapped is not null then (k.chosen_id = i.response2_id) = k.swapped end as "choseA",
      (select coalesce(jsonb_agg(jsonb_build_object('decision', r.decision, 'feedback', r.feedback, 'reviewer', ru.name,
        'createdAt', r.created_at) order by r.created_at desc), '[]'::jsonb)
        from reviews r join users ru on ru.id = r.reviewer_id where r.comparison_id = k.id) as reviews
    from comparisons k ${JOINS}
      join messages chosen on chosen.id = k.chosen_id join messages rejected on rejected.id = k.rejected_id
    where k.id = ${id}::uuid and k.project_id = ${projectId}::uuid`,
  );
}
