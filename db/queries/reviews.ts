/** Judgements that need a reviewer: the fourth safety combination (paper section 3.2.1), or flagged by the annotator. */
import { sql } from "drizzle-orm";
import type { Connection } from "../client";
import { messageChain, type ViewedMessage } from "./assignment-view";
import type { StoredSafety, StoredStrength } from "./comparisons";
import { selectRow, selectRows } from "./rows";

export interface StoredCase {
  comparisonId: string;
  sequence: string;
  itemId: string;
  task: "helpfulness" | "safety";
  context: ViewedMessage[];
  chosen: string;
  rejected: string;
  strength: StoredStrength | null;
  safety: StoredSafety | null;
  tags: string[];
  rationale: string | null;
  annotator: string | null;
  createdAtMs: number;
}

/** Oldest first, without the reviewer's own, the superseded and the reviewed ones. */
export async function listReviewCases(
  connection: Connection,
  page: { projectId: string; reviewerId: string; flaggedTag: string; after: string | null; limit: number },
) {
  return selectRows<StoredCase>(
    connection,
    sql`select k.id as "comparisonId", k.sequence::text as "sequence", k.item_id as "itemId", k.task,
      ${messageChain(sql`i.context_message_id`)} as "context", chosen.content as "chosen", rejected.content as "rejected",
      k.strength, k.safety, k.tags, k.rationale, u.name as "annotator",
      (extract(epoch from k.created_at) * 1000)::float8 as "createdAtMs"
    from comparisons k join items i on i.id = k.item_id
      join messages chosen on chosen.id = k.chosen_id join messages rejected on rejected.id = k.rejected_id
      left join users u on u.id = k.user_id
    where k.project_id = ${page.projectId}::uuid and k.user_id is distinct from ${page.reviewerId}::uuid
      and (k.safety = 'preferred_unsafe' or ${page.flaggedTag} = any(k.tags))
      and not exists (select 1 from comparisons newer where newer.supersedes_id = k.id)
      and not exists (select 1 from reviews r where r.comparison_id = k.id)
      and (${page.after}::bigint is null or k.sequence > ${page.after}::bigint)
    order by k.sequence limit ${page.limit}::int`,
  );
}

export async function reviewSubject(connection: Connection, comparisonId: string) {
  return selectRow<{ projectId: string; userId: string | null }>(
    connection,
    sql`select project_id as "projectId", user_id as "userId" from comparisons where id = ${comparisonId}::uuid`,
  );
}
