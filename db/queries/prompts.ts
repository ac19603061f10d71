/** The console's list of prompts: keyset pages, text search by trigrams, and bulk changes of category and language. */
import { type SQL, sql } from "drizzle-orm";
import type { PromptBulkAction, SkipReason } from "@/lib/domain/lists";
import type { Connection, Tx } from "../client";
import type { Selection } from "./items";
import type { Keyset } from "./keyset";
import { selectRows } from "./rows";

export interface PromptFilter {
  task?: "helpfulness" | "safety" | undefined;
  language?: string | undefined;
  category?: string | undefined;
  source?: string | undefined;
  search?: string | undefined;
}

/** As it stands in JSON, where a quotation mark, a backslash or a line break is written as an escape. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const containing = (json: string): string => `%${json.replaceAll(/[\\%_]/g, "\\$&")}%`;

const TWO_LETTERS = /^[\p{L}\p{N}]{2}$/u;
/** What stands before a word in the JSON: a space, a quotation mark (the message's own too), a bracket, a line break. */
const BEFORE_WORD = [" ", '"', "(", "\\n"];

/**
 * Patterns of which a text with `search` matches one. Two letters by themselves (Korean and the like, see isSearchable) hold no
 * trigram, but the beginning of a word does, so they are looked for there: 휴가 finds 휴가를 and not 여름휴가, by the index.
 */
const likePatterns = (search: string): string[] =>
  TWO_LETTERS.test(search) ? BEFORE_WORD.map((before) => containing(before + search)) : [containing(inJson(search))];

/** Whether a prompt's texts hold `search`, in any case. The left side is exactly the expression of the index prompts_text. */
export const promptTextLike = (messages: SQL, search: string): SQL =>
  sql`(${sql.join(
    likePatterns(search.normalize("NFC")).map(
      (pattern) => sql`jsonb_path_query_array(${messages}, '$[*].content')::text ilike ${pattern}`,
    ),
    sql` or `,
  )})`;

function conditionOf(projectId: string, filter: PromptFilter): SQL {
  const conditions = [sql`p.project_id = ${projectId}::uuid`];
  if (filter.task) conditions.push(sql`p.task = ${filter.task}::task`);
  if (filter.language) conditions.push(sql`p.language = ${filter.language}`);
  if (filter.category) conditions.push(sql`p.category = ${filter.category}`);
  if (filter.source) conditions.push(sql`p.source = ${filter.source}`);
  if (filter.search) conditions.push(promptTextLike(sql`p.messages`, filter.search));
  return sql.join(conditions, sql` and `);
}

export interface PromptRow {
  id: string;
  at: string;
  task: "helpfulness" | "safety";
  text: string;
  turns: number;
  language: string;
  category: string | null;
  safetyTagged: boolean;
  source: string;
}

/** Newest first. */
export async function selectPrompts(
  connection: Connection,
  projectId: string,
  filter: PromptFilter,
  page: { after: Keyset | undefined; limit: number },
): Promise<PromptRow[]> {
  const below = page.after
    ? sql`(p.created_at, p.id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`
    : sql`true`;
  return selectRows<PromptRow>(
    connection,
    sql`select p.id, to_jsonb(p.created_at)#>>'{}' as at, p.task, left(p.messages->-1->>'content', 200) as text,
      jsonb_array_length(p.messages) as turns, p.language, p.category, p.safety_tagged as "safetyTagged", p.source
    from prompts p where ${conditionOf(projectId, filter)} and ${below}
    order by p.created_at desc, p.id desc limit ${page.limit}::int`,
  );
}

export interface PromptPlan {
  id: string;
  reason: SkipReason | null;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

export async function planPrompts(
  connection: Connection,
  projectId: string,
  input: { selection: Selection<PromptFilter>; action: PromptBulkAction; limit: number; lock: boolean },
): Promise<PromptPlan[]> {
  const { selection, action } = input;
  const condition =
    "ids" in selection
      ? sql`p.project_id = ${projectId}::uuid and p.id = any(${sql.param(selection.ids)}::uuid[])`
      : conditionOf(projectId, selection.filter);
  const [name, column, value] =
    action.kind === "set_category"
      ? ["category", sql`p.category`, action.category]
      : ["language", sql`p.language`, action.language];
  return selectRows<PromptPlan>(
    connection,
    sql`select p.id, case when ${column} is not distinct from ${value}::text then 'same' end as reason,
        jsonb_build_object(${name}::text, ${column}) as before, jsonb_build_object(${name}::text, ${value}::text) as after
      from prompts p where ${condition} order by p.id limit ${input.limit}::int ${input.lock ? sql`for update of p` : sql``}`,
  );
}

export async function promptTexts(
  connection: Connection,
  ids: string[],
): Promise<{ id: string; text: string | null }[]> {
  return selectRows(
    connection,
    sql`select p.id, left(p.messages->-1->>'content', 120) as text from prompts p where p.id = any(${sql.param(ids)}::uuid[])`,
  );
}

/**
 * Gives the fields of `to` to prompts that still have those of `from`, and to their items that repeat the old value; ids of the
 * prompts that took them.
 */
export async function writePrompts(
  tx: Tx,
  projectId: string,
  changes: { id: string; from: Record<string, unknown>; to: Record<string, unknown> }[],
): Promise<string[]> {
  const rows = await selectRows<{ id: string }>(
    tx,
    sql`with c as (
      select * from unnest(${sql.param(changes.map(({ id }) => id))}::uuid[], ${sql.param(changes.map(({ from }) => JSON.stringify(from)))}::jsonb[],
        ${sql.param(changes.map(({ to }) => JSON.stringify(to)))}::jsonb[]) as c(id, old, new)
    ), taken as (
      update prompts p set
        category = case when c.new ? 'category' then c.new->>'category' else p.category end,
        language = coalesce(c.new->>'language', p.language)
      from c where p.id = c.id and p.project_id = ${projectId}::uuid
        and (not c.old ? 'category' or p.category is not distinct from c.old->>'category')
        and (not c.old ? 'language' or p.language = c.old->>'language')
      returning p.id
    ), repeated as (
      update items i set
        category = case when c.new ? 'category' then c.new->>'category' else i.category end,
        language = coalesce(c.new->>'language', i.language)
      from c join taken on taken.id = c.id
      where i.prompt_id = c.id and i.project_id = ${projectId}::uuid
        and (not c.old ? 'category' or i.category is not distinct from c.old->>'category')
        and (not c.old ? 'language' or i.language is not distinct from c.old->>'language')
    )
    select id from taken`,
  );
  return rows.map(({ id }) => id);
}

export async function lockPrompts(tx: Tx, projectId: string, ids: string[]): Promise<void> {
  await tx.execute(sql`select 1 from prompts p where p.project_id = ${projectId}::uuid and p.id = any(${sql.param(ids)}::uuid[])
    order by p.id for update of p`);
}
