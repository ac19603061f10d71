/** Column helpers that every table shares. */
import { sql } from "drizzle-orm";
import { customType, timestamp, uuid } from "drizzle-orm/pg-core";

export const id = () => uuid("id").primaryKey().default(sql`gen_random_uuid()`);
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
export const createdAt = () => instant("created_at").notNull().default(sql`now()`);

export const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
/** Full 64-bit transaction id; a string because it exceeds the safe integers. */
export const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });
