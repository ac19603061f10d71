import { and, desc, eq, ilike, isNotNull, isNull, or } from "drizzle-orm";
import { keysetAt, keysetBelow } from "@/db/queries/keyset";
import { users } from "@/db/schema";
import type { User } from "@/lib/contracts/users";
import type { Role } from "@/lib/domain/roles";
import { requireRole, type ServiceContext } from "../context";
import { CSV_PAGE_ROWS, type CsvColumns, type CsvFile, chooseColumns, csvBytes } from "../lists/csv";
import { tellExport } from "../lists/tell-export";
import { decodeKeyset, pageFrom } from "../paging";
import { userColumns, userView } from "./view";

export interface UserFilter {
  /** Part of a name or e-mail. */
  search?: string | undefined;
  role?: Role | undefined;
  state?: "active" | "disabled" | undefined;
}

/** People, newest first. `search` matches name or e-mail anywhere. */
export async function listUsers(context: ServiceContext, input: UserFilter & { after?: string; limit: number }) {
  requireRole(context, "admin");
  const pattern = input.search ? `%${input.search.replace(/[\\%_]/g, "\\$&")}%` : undefined;
  const rows = await context.db
    .select({ ...userColumns, at: keysetAt(users.createdAt) })
    .from(users)
    .where(
      and(
        keysetBelow(users.createdAt, users.id, decodeKeyset(input.after)),
        input.role && eq(users.role, input.role),
        input.state && (input.state === "disabled" ? isNotNull(users.disabledAt) : isNull(users.disabledAt)),
        pattern ? or(ilike(users.name, pattern), ilike(users.email, pattern)) : undefined,
      ),
    )
    .orderBy(desc(users.createdAt), desc(users.id))
    .limit(input.limit + 1);
  return pageFrom(rows, input.limit, ({ at: _at, ...row }) => userView(row));
}

const COLUMNS: CsvColumns<User> = {
  name: (user) => user.name,
  email: (user) => user.email,
  role: (user) => user.role,
  state: (user) => (user.disabledAt ? "disabled" : "active"),
  created: (user) => user.createdAt,
};

export async function exportUsers(
  context: ServiceContext,
  input: UserFilter & { columns?: string | undefined },
): Promise<CsvFile> {
  requireRole(context, "admin");
  const { columns, ...filter } = input;
  const names = chooseColumns(COLUMNS, columns);
  await tellExport(context, { projectId: null, screen: "users", filter: { ...filter } });
  const page = (after: string | undefined) =>
    listUsers(context, { ...filter, ...(after === undefined ? {} : { after }), limit: CSV_PAGE_ROWS });
  return { fileName: "people.csv", bytes: csvBytes(COLUMNS, names, page) };
}
