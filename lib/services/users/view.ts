/** What the API shows of a person. */
import { users } from "@/db/schema";
import type { User } from "@/lib/contracts/users";

export const userColumns = {
  id: users.id,
  email: users.email,
  name: users.name,
  role: users.role,
  locale: users.locale,
  disabledAt: users.disabledAt,
  createdAt: users.createdAt,
};

export const userView = (
  row: Omit<User, "disabledAt" | "createdAt"> & { disabledAt: Date | null; createdAt: Date },
): User => ({
  ...row,
  disabledAt: row.disabledAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
});
