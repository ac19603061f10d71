/** Whether any project answers with the demo's embedded model, so that the worker should have it ready. */
import { and, eq, isNull, sql } from "drizzle-orm";
import { policies } from "@/db/schema";
import type { ServiceContext } from "../context";

export async function needsSmolLm2(context: ServiceContext): Promise<boolean> {
  const [row] = await context.db
    .select({ id: policies.id })
    .from(policies)
    .where(
      and(eq(policies.kind, "embedded"), isNull(policies.archivedAt), sql`${policies.config}->>'model' = 'smollm2'`),
    )
    .limit(1);
  return row !== undefined;
}
