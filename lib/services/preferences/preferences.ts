/** A person's own preferences. No row = the defaults of the table. */
import { eq } from "drizzle-orm";
import type { Connection } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { annotatorPreferences } from "@/db/schema";
import { DEFAULT_PREFERENCES, type Preferences, shortcutsSchema } from "@/lib/contracts/preferences";
import { auditActor, inTransaction, requireUser, type ServiceContext } from "../context";

type Row = typeof annotatorPreferences.$inferSelect;

const view = (row: Row | undefined): Preferences =>
  row === undefined
    ? DEFAULT_PREFERENCES
    : {
        // Keys stored by an older release may name actions that are gone; the defaults are safe then.
        shortcuts: shortcutsSchema.safeParse(row.shortcuts).data ?? {},
        blurHarmful: row.blurHarmful,
        excludedCategories: row.excludedCategories,
        exposureMaxPerDay: row.exposureMaxPerDay,
        breakAfterMinutes: row.breakAfterMinutes,
      };

/** For other services: the preferences of any person. */
export async function preferencesOf(connection: Connection, userId: string): Promise<Preferences> {
  const [row] = await connection.select().from(annotatorPreferences).where(eq(annotatorPreferences.userId, userId));
  return view(row);
}

export const getPreferences = (context: ServiceContext): Promise<Preferences> =>
  preferencesOf(context.db, requireUser(context).id);

export async function updatePreferences(context: ServiceContext, changes: Partial<Preferences>): Promise<Preferences> {
  const { id: userId } = requireUser(context);
  return inTransaction(context, async (tx) => {
    const { shortcuts, ...others } = changes;
    // A stored map never holds an undefined key: JSON has dropped those.
    const set = { ...others, shortcuts: shortcuts as Record<string, string> | undefined, updatedAt: new Date() };
    const [row] = await tx
      .insert(annotatorPreferences)
      .values({ userId, ...set })
      .onConflictDoUpdate({ target: annotatorPreferences.userId, set })
      .returning();
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "preferences.updated",
      objectType: "user",
      objectId: userId,
      // Which ones, not what: what a person does not want to read is nobody else's business.
      details: { changed: Object.keys(changes) },
    });
    return view(row);
  });
}
