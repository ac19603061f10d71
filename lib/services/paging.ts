/** Keyset paging by (created_at, id). The cursor is opaque to clients and names a row, so that new rows never shift a page. */
import { DomainError } from "@/lib/errors";

export function decodeCursor(after: string | undefined): { at: Date; id: string } | undefined {
  if (after === undefined) return undefined;
  const [at, id] = Buffer.from(after, "base64url").toString("utf8").split("|");
  const date = new Date(at ?? "");
  if (Number.isNaN(date.getTime()) || !/^[0-9a-f-]{36}$/.test(id ?? ""))
    throw new DomainError("invalid", "query.after: not a cursor of this list", [
      { path: "query.after", message: "not a cursor of this list" },
    ]);
  return { at: date, id: id! };
}

export const encodeCursor = (row: { createdAt: Date; id: string }): string =>
  Buffer.from(`${row.createdAt.toISOString()}|${row.id}`).toString("base64url");

/** `rows` were read with limit + 1: the extra one tells that there is a next page. */
export function pageFrom<T extends { createdAt: Date; id: string }, V>(
  rows: T[],
  limit: number,
  view: (row: T) => V,
): { rows: V[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page.map(view), next: rows.length > limit && last ? encodeCursor(last) : null };
}
