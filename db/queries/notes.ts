/** Notes to annotators: sent, listed, read. */
import { type SQL, sql } from "drizzle-orm";
import type { Connection } from "../client";
import { selectRow, selectRows } from "./rows";

export interface NoteRow {
  /** `visibleFromMs` in full precision, for paging. */
  at: string;
  id: string;
  kind: "note" | "gold" | "pause" | "resume";
  body: string;
  author: string | null;
  comparisonId: string | null;
  promptExcerpt: string | null;
  chosenExcerpt: string | null;
  otherExcerpt: string | null;
  task: "helpfulness" | "safety" | null;
  category: string | null;
  /** Gold: the preferred answer was the right one, only the safety was not. */
  sideRight: boolean | null;
  /** When the annotator can see it, for their own list; when it was written, for a lead's. */
  createdAtMs: number;
  visibleFromMs: number;
  readAtMs: number | null;
}

const EXCERPT = 300;

export interface NotePage {
  projectId: string;
  userId: string;
  /** Only what the annotator can see by now. */
  visibleOnly: boolean;
  /** Postgres's own text of the moment (lib/services/paging.ts). */
  after: { at: string; id: string } | null;
  limit: number;
}

/** By the moment from which they are visible, newest first. */
export const selectNotes = (connection: Connection, page: NotePage): Promise<NoteRow[]> =>
  selectRows<NoteRow>(
    connection,
    sql`
    select to_jsonb(n.visible_from)#>>'{}' as at, n.id, n.kind, n.body, u.name as author, n.comparison_id as "comparisonId",
      left(context.content, ${EXCERPT}::int) as "promptExcerpt", left(chosen.content, ${EXCERPT}::int) as "chosenExcerpt",
      left(other.content, ${EXCERPT}::int) as "otherExcerpt", c.task, i.category,
      (g.preferred = 1) = (c.chosen_id = i.response1_id) as "sideRight", (extract(epoch from n.created_at) * 1000)::float8 as "createdAtMs",
      (extract(epoch from n.visible_from) * 1000)::float8 as "visibleFromMs", (extract(epoch from n.read_at) * 1000)::float8 as "readAtMs"
    from annotator_notes n left join users u on u.id = n.author_id
      left join comparisons c on c.id = n.comparison_id left join items i on i.id = c.item_id
      left join gold_answers g on g.item_id = i.id and n.kind = 'gold'
      left join messages context on context.id = i.context_message_id
      left join messages chosen on chosen.id = c.chosen_id left join messages other on other.id = c.rejected_id
    where n.user_id = ${page.userId}::uuid and n.project_id = ${page.projectId}::uuid
      and (not ${page.visibleOnly}::boolean or n.visible_from <= now())
      and (${page.after?.id ?? null}::uuid is null
        or (n.visible_from, n.id) < (${page.after?.at ?? null}::timestamptz, ${page.after?.id ?? null}::uuid))
    order by n.visible_from desc, n.id desc limit ${page.limit}::int`,
  );

export async function countUnread(connection: Connection, projectId: string, userId: string): Promise<number> {
  const row = await selectRow<{ n: number }>(
    connection,
    sql`
    select count(*)::int as n from annotator_notes n where n.user_id = ${userId}::uuid and n.project_id = ${projectId}::uuid
      and n.read_at is null and n.visible_from <= now()`,
  );
  return row?.n ?? 0;
}

async function markRead(connection: Connection, userId: string, condition: SQL): Promise<number[]> {
  const rows = await selectRows<{ readAtMs: number }>(
    connection,
    sql`
    update annotator_notes n set read_at = coalesce(n.read_at, now())
    where n.user_id = ${userId}::uuid and n.visible_from <= now() and ${condition}
    returning (extract(epoch from n.read_at) * 1000)::float8 as "readAtMs"`,
  );
  return rows.map(({ readAtMs }) => readAtMs);
}

/** Reading twice keeps the first moment. Undefined for a note of somebody else, or one that is not visible yet. */
export const markNoteRead = async (connection: Connection, userId: string, noteId: string) =>
  (await markRead(connection, userId, sql`n.id = ${noteId}::uuid`))[0];

export const markAllRead = async (connection: Connection, userId: string, projectId: string): Promise<number> =>
  (await markRead(connection, userId, sql`n.project_id = ${projectId}::uuid and n.read_at is null`)).length;

/** The annotator of a judgement of the project. */
export const judgementOwner = (connection: Connection, projectId: string, comparisonId: string) =>
  selectRow<{ userId: string | null }>(
    connection,
    sql`select user_id as "userId" from comparisons where id = ${comparisonId}::uuid and project_id = ${projectId}::uuid`,
  );
