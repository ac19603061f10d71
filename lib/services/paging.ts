/** Keyset paging by (created_at, id). The cursor is opaque to clients and names a row, so that new rows never shift a page. */
import type { Keyset } from "@/db/queries/keyset";
import { DomainError } from "@/lib/errors";

const AT = /^\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d(:\d\d){0,2})$/;
const ID = /^[0-9a-f-]{36}$/;

export const notACursor = (path: string): DomainError =>
  new DomainError("invalid", `${path}: not a cursor of this list`, [{ path, message: "not a cursor of this list" }]);

export function decodeKeyset(after: string | undefined): Keyset | undefined {
  if (after === undefined) return undefined;
  const [at = "", id = ""] = Buffer.from(after, "base64url").toString("utf8").split("|");
  if (!AT.test(at) || Number.isNaN(Date.parse(at)) || !ID.test(id)) throw notACursor("query.after");
  return { at, id };
}

export const encodeKeyset = ({ at, id }: Keyset): string => Buffer.from(`${at}|${id}`).toString("base64url");

/** `rows` were read with limit + 1: the extra one tells that there is a next page. */
export function pageFrom<T extends Keyset, V>(
  rows: T[],
  limit: number,
  view: (row: T) => V,
): { rows: V[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page.map(view), next: rows.length > limit && last ? encodeKeyset(last) : null };
}
