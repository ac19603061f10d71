/** Bulk writes of an import: pairs by COPY, a table at a time; prompts by one statement, columns sent as arrays. */
import { sql } from "drizzle-orm";
import type { Tx } from "../client";
import { type CopyPart, CopyRows, copyInto, copyText } from "../copy";

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

/** Whether the project holds anything that an import brought. */
export async function hasImported(tx: Tx, projectId: string): Promise<boolean> {
  const { rows } = await tx.execute<{ found: boolean }>(sql`
    select exists (select 1 from items where project_id = ${projectId} and payload->>'contentHash' is not null) as found`);
  return rows[0]?.found ?? false;
}

/**
 * Which of these content hashes are stored already, with the import and line that brought them. One look into the index per hash: left
 * to itself, the planner knows nothing yet of rows that this transaction has just loaded, and reads all of them for every batch.
 */
export async function findImported(tx: Tx, projectId: string, hashes: string[]): Promise<KnownImport[]> {
  const { rows } = await tx.execute<KnownImport>(sql`
    select h.hash, i."importId", i.line
    from unnest(${sql.param(hashes)}::text[]) as h(hash) cross join lateral (
      select payload->>'importId' as "importId", (payload->>'line')::int as line from items
      where project_id = ${projectId} and hashtextextended(payload->>'contentHash', 0) = hashtextextended(h.hash, 0)
        and payload->>'contentHash' is not null and payload->>'contentHash' = h.hash limit 1) i`);
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
}
export interface NewItem {
  id: string;
  target: ItemTarget;
  dialogueId: string;
  contextMessageId: string;
  response1Id: string;
  response2Id: string;
  language: string;
  category: string | null;
  attackVector: string | null;
  /** JSON. */
  payload: string;
}
export interface ItemTarget {
  campaignId: string;
  state: "open" | "done";
  overlap: number;
  slotsRemaining: number;
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
/** Rows that belong together: every id that one of them names is among them, but for project and campaign. */
export interface NewPair {
  dialogue: NewDialogue;
  messages: readonly NewMessage[];
  item: NewItem;
  /** Null: nobody has judged it yet. */
  comparison: NewComparison | null;
}

/**
 * What row triggers on the loaded tables promise for inserts, and how an import keeps it itself: foreign keys and
 * `comparisons_consistent`, since all rows of a pair are made together from ids drawn here; `comparisons_audited`, by the audit event
 * of the same transaction.
 */
const KEPT_WITHOUT_TRIGGERS = ["comparisons_consistent", "comparisons_audited"];

/**
 * Whether this transaction may load pairs with row triggers off (about three times as fast): the role is a superuser, as with the
 * embedded Postgres, and every insert trigger is one whose promise is kept above, or is for annotators' judgements alone. With any other
 * trigger they all stay on. Bit 4 of tgtype = fires on insert.
 */
export async function canLoadWithoutTriggers(tx: Tx): Promise<boolean> {
  const { rows } = await tx.execute<{ allowed: boolean }>(sql`
    select current_setting('is_superuser') = 'on' and not exists (
      select 1 from pg_trigger
      where tgrelid in ('dialogues'::regclass, 'messages'::regclass, 'items'::regclass, 'comparisons'::regclass)
        and not tgisinternal and tgtype & 4 = 4 and tgname <> all(${sql.param(KEPT_WITHOUT_TRIGGERS)}::text[])
        and pg_get_triggerdef(oid) not like '%WHEN ((new.source = ''annotator''::%') as allowed`);
  return rows[0]?.allowed ?? false;
}

const DIALOGUE_COLUMNS = ["id", "project_id", "prompt_hash", "language"];
const MESSAGE_COLUMNS = ["id", "dialogue_id", "parent_id", "role", "content", "source"];
const ITEM_COLUMNS = [
  ...["id", "project_id", "campaign_id", "kind", "state", "dialogue_id", "context_message_id", "response1_id"],
  ...["response2_id", "pair_probability", "overlap", "slots_remaining", "language", "category", "attack_vector"],
  ...["payload", "random_key"],
];
const COMPARISON_COLUMNS = [
  ...["id", "project_id", "item_id", "source", "source_name", "task", "chosen_id", "rejected_id", "strength"],
  ...["safety", "idempotency_key", "payload_hash"],
];

/** Pairs ready to be sent. */
export type PairLoad = readonly CopyPart[];

/** Gathers pairs as lines of COPY. Ids should rise (see ids.ts of the import): their indexes then grow at one end and stay in memory. */
export class PairLines {
  private readonly dialogues = new CopyRows("dialogues", DIALOGUE_COLUMNS);
  private readonly messages = new CopyRows("messages", MESSAGE_COLUMNS);
  private readonly items = new CopyRows("items", ITEM_COLUMNS);
  private readonly comparisons = new CopyRows("comparisons", COMPARISON_COLUMNS);
  private readonly source: string;

  constructor(
    private readonly projectId: string,
    sourceName: string,
  ) {
    this.source = copyText(sourceName);
  }

  add({ dialogue, messages, item, comparison }: NewPair): void {
    const projectId = this.projectId;
    const source = this.source;
    this.dialogues.add(`${dialogue.id}\t${projectId}\t${dialogue.promptHash}\t${copyText(dialogue.language)}\n`, 1);
    for (const { id, dialogueId, parentId, role, content } of messages)
      this.messages.add(`${id}\t${dialogueId}\t${parentId ?? "\\N"}\t${role}\t${copyText(content)}\t${source}\n`, 1);
    this.items.add(itemLine(projectId, item), 1);
    if (comparison) this.comparisons.add(comparisonLine(projectId, source, comparison), 1);
  }

  take(): PairLoad {
    return [this.dialogues, this.messages, this.items, this.comparisons].map((rows) => rows.take());
  }
}

/** `random_key` comes from here: a column default that calls random() would make COPY write row by row. */
function itemLine(projectId: string, row: NewItem): string {
  const { campaignId, state, overlap, slotsRemaining } = row.target;
  const place = `${row.id}\t${projectId}\t${campaignId}\tpair\t${state}\t${row.dialogueId}`;
  const shown = `${row.contextMessageId}\t${row.response1Id}\t${row.response2Id}\t1\t${overlap}\t${slotsRemaining}`;
  const labels = `${copyText(row.language)}\t${copyText(row.category)}\t${copyText(row.attackVector)}`;
  return `${place}\t${shown}\t${labels}\t${copyText(row.payload)}\t${Math.random()}\n`;
}

/**
 * `source`: as copyText gave it. The key is the item's, which has this one judgement and no other; it rises, where the content's hash
 * would touch another page of the index with every row. Whether the content is stored already, `findImported` says under the lock.
 */
function comparisonLine(projectId: string, source: string, row: NewComparison): string {
  const pair = `${row.id}\t${projectId}\t${row.itemId}\timport\t${source}\t${row.task}\t${row.chosenId}\t${row.rejectedId}`;
  return `${pair}\t${row.strength ?? "\\N"}\t${row.safety ?? "\\N"}\timport:${row.itemId}\t${row.contentHash}\n`;
}

/** Loads by COPY, in one go. */
export async function loadPairs(tx: Tx, load: PairLoad, withoutTriggers: boolean): Promise<void> {
  const role = (name: string) => `set local session_replication_role = ${name}`;
  await copyInto(tx, load, withoutTriggers ? { before: role("replica"), after: role("origin") } : {});
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

const column = <T, K extends keyof T>(rows: readonly T[], key: K) => sql.param(rows.map((row) => row[key]));

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
