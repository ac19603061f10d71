/** Short claims on waiting cases, so that two people at once get different ones. */
import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "../client";
import { selectRows, uuids } from "./rows";

export interface ClaimedTable {
  /** With claimed_by, claimed_until, settled_at, project_id and sequence. */
  table: "review_cases" | "disagreements";
  /** Its primary key. */
  key: "comparison_id" | "item_id";
  /** What `waiting` calls it. */
  alias: "c" | "d";
}

export interface WantedClaims {
  projectId: string;
  /** Who claims. */
  userId: string;
  /** Which of its rows wait for this person. */
  waiting: SQL;
  exclude: string[];
  limit: number;
  seconds: number;
}

/**
 * Takes the oldest waiting cases for one person, those they hold already included, and lets go of all others of theirs. A row under way
 * is skipped, not waited for. Returns the keys.
 */
export async function claimWaiting(tx: Tx, of: ClaimedTable, wanted: WantedClaims): Promise<string[]> {
  const me = sql`${wanted.userId}::uuid`;
  const [table, key, w] = [sql.identifier(of.table), sql.identifier(of.key), sql.identifier(of.alias)];
  const rows = await selectRows<{ id: string }>(
    tx,
    sql`with picked as materialized (
      select ${w}.${key} from ${table} ${w} where ${wanted.waiting}
        and (${w}.claimed_by is null or ${w}.claimed_by = ${me} or ${w}.claimed_until < now())
        and ${w}.${key} <> all(${uuids(wanted.exclude)})
      order by ${w}.sequence limit ${wanted.limit}::int for update skip locked)
    update ${table} r set claimed_by = ${me}, claimed_until = now() + make_interval(secs => ${wanted.seconds}::int)
    from picked where r.${key} = picked.${key}
    returning r.${key} as id`,
  );
  const ids = rows.map(({ id }) => id);
  await tx.execute(sql`
    update ${table} set claimed_by = null, claimed_until = null
    where project_id = ${wanted.projectId}::uuid and settled_at is null and claimed_by = ${me}
      and ${key} <> all(${uuids(ids)})`);
  return ids;
}
