/** What lists that page by (created_at, id), the newest first, ask of their rows. */
import { type Column, type SQL, sql } from "drizzle-orm";

/** The place after which a page begins. `at` is Postgres's own text: a Date would lose the microseconds, and rows with them. */
export interface Keyset {
  at: string;
  id: string;
}

/** The column `at` that a page's rows need. */
export const keysetAt = (createdAt: Column): SQL<string> => sql<string>`to_jsonb(${createdAt})#>>'{}'`;

/** The condition for what comes after the cursor in a list that is sorted newest first. */
export const keysetBelow = (createdAt: Column, id: Column, cursor: Keyset | undefined): SQL | undefined =>
  cursor && sql`(${createdAt}, ${id}) < (${cursor.at}::timestamptz, ${cursor.id}::uuid)`;
