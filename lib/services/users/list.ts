import { and, desc, ilike, lt, or, sql } from "drizzle-orm";
import { users } from "@/db/schema";
import { requireRole, type ServiceContext } from "../context";
import { decodeCursor, pageFrom } from "../paging";
import { userColumns, userView } from "./view";

/** People, newest first. `search` matches name or e-mail anywhere. */
export async function listUsers(context: ServiceContext, input: { after?: string; limit: number; search?: string }) {
  requireRole(context, "admin");
  const cursor = decodeCursor(input.after);
  const pattern = input.search ? `%${input.search.replace(/[\\%_]/g, "\\$&")}%` : undefined;
  const rows = await context.db
    .select(userColumns)
    .from(users)
    .where(
      and(
        cursor
          ? or(lt(users.createdAt, cursor.at), and(sql`${users.createdAt} = ${cursor.at}`, lt(users.id, cursor.id)))
          : undefined,
        pattern ? or(ilike(users.name, pattern), ilike(users.email, pattern)) : undefined,
      ),
    )
    .orderBy(desc(users.createdAt), desc(users.id))
    .limit(input.limit + 1);
  return pageFrom(rows, input.limit, userView);
}
