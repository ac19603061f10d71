/** Bulk inserts of an import: one statement per table and batch, columns sent as arrays. */
import { sql } from "drizzle-orm";
import type { Tx } from "../client";

type Row = Record<string, unknown>;

/** One import at a time per project, so that duplicates are seen and not raced into. Held until the transaction ends. */
export async function lockImports(tx: Tx, projectId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`import:${projectId}`}, 0))`);
}

export interface KnownImport extends Row {
  hash: string;
  importId: string | null;
  line: number | null;
}

/** Which of these content hashes are stored already, with the import and line that brought them. */
export async function findImported(tx: Tx, projectId: string, hashes: string[]): Promise<KnownImport[]> {
  const { rows } = await tx.execute<KnownImport>(sql`
    select payload->>'contentHash' as hash, payload->>'importId' as "importId", (payload->>'line')::int as line
    from items
    where project_id = ${projectId} and payload->>'contentHash' = any(${sql.param(hashes)}::text[])`);
  return rows;
}

export interface NewDialogue {
  id: string;
  promptHash: string;
  language: string;
}
export interface NewMessage {
  id: string;
  dialogueId: string;
  parentId: string | null;
  role: string;
  content: string;
  source: string | null;
}
export interface NewItem {
  id: string;
  dialogueId: string;
  contextMessageId: string;
  response1Id: string;
  response2Id: string;
  payload: Row;
}
export interface NewComparison {
  id: string;
  itemId: string;
  task: string;
  chosenId: string;
  rejectedId: string;
  strength: string | null;
  safety: string | null;
  contentHash: string;
}

const column = <T, K extends keyof T>(rows: readonly T[], key: K) => sql.param(rows.map((row) => row[key]));

export async function insertDialogues(tx: Tx, projectId: string, rows: NewDialogue[]): Promise<void> {
  await tx.execute(sql`
    insert into dialogues (id, project_id, prompt_hash, language)
    select t.id, ${projectId}::uuid, t.hash, t.language
    from unnest(${column(rows, "id")}::uuid[], ${column(rows, "promptHash")}::text[], ${column(rows, "language")}::text[])
      as t(id, hash, language)`);
}

export async function insertMessages(tx: Tx, rows: NewMessage[]): Promise<void> {
  await tx.execute(sql`
    insert into messages (id, dialogue_id, parent_id, role, content, source)
    select t.id, t.dialogue, t.parent, t.role::message_role, t.content, t.source
    from unnest(${column(rows, "id")}::uuid[], ${column(rows, "dialogueId")}::uuid[], ${column(rows, "parentId")}::uuid[],
      ${column(rows, "role")}::text[], ${column(rows, "content")}::text[], ${column(rows, "source")}::text[])
      as t(id, dialogue, parent, role, content, source)`);
}

export interface ItemTarget {
  projectId: string;
  campaignId: string;
  state: "open" | "done";
  overlap: number;
  slotsRemaining: number;
}

export async function insertItems(tx: Tx, target: ItemTarget, rows: NewItem[]): Promise<void> {
  await tx.execute(sql`
    insert into items (id, project_id, campaign_id, kind, state, dialogue_id, context_message_id, response1_id, response2_id,
      pair_probability, overlap, slots_remaining, payload)
    select t.id, ${target.projectId}::uuid, ${target.campaignId}::uuid, 'pair', ${target.state}::item_state, t.dialogue,
      t.context, t.first, t.second, 1, ${target.overlap}::int, ${target.slotsRemaining}::int, t.payload
    from unnest(${column(rows, "id")}::uuid[], ${column(rows, "dialogueId")}::uuid[],
      ${column(rows, "contextMessageId")}::uuid[], ${column(rows, "response1Id")}::uuid[],
      ${column(rows, "response2Id")}::uuid[], ${sql.param(rows.map((row) => JSON.stringify(row.payload)))}::jsonb[])
      as t(id, dialogue, context, first, second, payload)`);
}

export async function insertImportedComparisons(
  tx: Tx,
  projectId: string,
  sourceName: string,
  rows: NewComparison[],
): Promise<void> {
  const keys = sql.param(rows.map((row) => `import:${projectId}:${row.contentHash}`));
  await tx.execute(sql`
    insert into comparisons (id, project_id, item_id, source, source_name, task, chosen_id, rejected_id, strength, safety,
      idempotency_key, payload_hash)
    select t.id, ${projectId}::uuid, t.item, 'import', ${sourceName}, t.task::task, t.chosen, t.rejected,
      t.strength::strength, t.safety::comparison_safety, t.key, t.hash
    from unnest(${column(rows, "id")}::uuid[], ${column(rows, "itemId")}::uuid[], ${column(rows, "task")}::text[],
      ${column(rows, "chosenId")}::uuid[], ${column(rows, "rejectedId")}::uuid[], ${column(rows, "strength")}::text[],
      ${column(rows, "safety")}::text[], ${keys}::text[], ${column(rows, "contentHash")}::text[])
      with ordinality as t(id, item, task, chosen, rejected, strength, safety, key, hash, position)
    order by t.position`);
}

export interface NewPrompt {
  task: string;
  messages: Row[];
  promptHash: string;
  contentHash: string;
  language: string;
  category: string | null;
  safetyTagged: boolean;
}

/** Inserts prompts and returns the content hashes that were new. */
export async function insertPrompts(
  tx: Tx,
  projectId: string,
  source: string,
  rows: NewPrompt[],
): Promise<Set<string>> {
  const result = await tx.execute<{ key: string }>(sql`
    insert into prompts (project_id, task, messages, prompt_hash, content_hash, language, category, safety_tagged, source)
    select ${projectId}::uuid, t.task::task, t.messages, t.hash, t.content, t.language, t.category, t.tagged, ${source}
    from unnest(${column(rows, "task")}::text[], ${sql.param(rows.map((row) => JSON.stringify(row.messages)))}::jsonb[],
      ${column(rows, "promptHash")}::text[], ${column(rows, "contentHash")}::text[], ${column(rows, "language")}::text[],
      ${column(rows, "category")}::text[], ${column(rows, "safetyTagged")}::bool[])
      as t(task, messages, hash, content, language, category, tagged)
    on conflict (project_id, task, content_hash) do nothing
    returning task::text || ':' || content_hash as key`);
  return new Set(result.rows.map((row) => row.key));
}
