/** Sign-in by the configured OpenID provider: a known account, or a new annotator with a verified address. */
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import type { Db } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { accounts, users } from "@/db/schema";
import { emailSchema } from "@/lib/domain/email";

const profileSchema = z.object({
  email: emailSchema,
  email_verified: z.literal(true),
  name: z.string().min(1).max(200).optional(),
});

/** The user's id, or null when the provider did not verify the address or the account is disabled. */
export async function signInWithOidc(db: Db, subject: string, rawProfile: unknown): Promise<string | null> {
  return db.transaction(async (tx) => {
    const [known] = await tx
      .select({ id: users.id, disabledAt: users.disabledAt })
      .from(accounts)
      .innerJoin(users, eq(users.id, accounts.userId))
      .where(and(eq(accounts.provider, "oidc"), eq(accounts.providerAccountId, subject)));
    if (known) return known.disabledAt ? null : known.id;
    const profile = profileSchema.safeParse(rawProfile);
    if (!profile.success) return null;
    const { email, name } = profile.data;
    await tx
      .insert(users)
      .values({ email, name: name ?? email.split("@")[0]!, emailVerified: new Date() })
      .onConflictDoNothing();
    const [user] = await tx
      .select({ id: users.id, disabledAt: users.disabledAt })
      .from(users)
      .where(eq(users.email, email));
    if (!user || user.disabledAt) return null;
    await tx.insert(accounts).values({ userId: user.id, type: "oauth", provider: "oidc", providerAccountId: subject });
    await insertAudit(tx, {
      actor: { id: user.id, kind: "user" },
      action: "user.linked",
      objectType: "user",
      objectId: user.id,
      details: { provider: "oidc" },
    });
    return user.id;
  });
}
