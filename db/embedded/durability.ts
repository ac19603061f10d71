/** Invariant I1 (an acknowledged comparison is never lost) rests on three Postgres settings; a start refuses to go on without them. */

const NEEDED: { setting: string; refused: readonly string[]; why: string }[] = [
  { setting: "fsync", refused: ["off"], why: "a crash of the machine could destroy the database" },
  { setting: "full_page_writes", refused: ["off"], why: "a crash in the middle of a write could leave torn pages" },
  { setting: "synchronous_commit", refused: ["off"], why: "an acknowledged comparison could be lost in a crash" },
];

export class DurabilityError extends Error {
  override name = "DurabilityError";
}

export interface Queryable {
  query(text: string): Promise<{ rows: Record<string, unknown>[] }>;
}

/** Throws DurabilityError, naming each weak setting as this connection sees it (server, database, role and URL options together). */
export async function checkDurability(client: Queryable): Promise<void> {
  const weak: string[] = [];
  for (const { setting, refused, why } of NEEDED) {
    const { rows } = await client.query(`show ${setting}`);
    const value = String(rows[0]?.[setting]);
    if (refused.includes(value)) weak.push(`  ${setting} = ${value}: ${why}`);
  }
  if (weak.length > 0)
    throw new DurabilityError(`The database's settings put answers at risk; turn them on:\n${weak.join("\n")}`);
}
