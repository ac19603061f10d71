/**
 * Sign-in throttling per account, per address and per both. A stranger who fails on purpose cannot lock the owner out:
 * an address that has signed in to the account before is exempt from the account-wide limit.
 */
import { inArray, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { signInAttempts } from "@/db/schema";
import { sha256 } from "./hash";

export const WINDOW_MINUTES = 15;
const LIMITS = { pair: 5, address: 50, account: 100 } as const;

const keysOf = (email: string, address: string) => {
  const account = sha256(email).slice(0, 32);
  return {
    pair: `pair:${account}:${address}`,
    address: `address:${address}`,
    account: `account:${account}`,
    known: `known:${account}:${address}`,
  };
};

/** Seconds to wait before another try, or 0. */
export async function throttleSeconds(db: Db, email: string, address: string): Promise<number> {
  const keys = keysOf(email, address);
  const rows = await db
    .select({
      key: signInAttempts.key,
      failures: signInAttempts.failures,
      secondsLeft: sql<number>`extract(epoch from ${signInAttempts.windowStartedAt} + make_interval(mins => ${WINDOW_MINUTES}) - now())::float8`,
    })
    .from(signInAttempts)
    .where(inArray(signInAttempts.key, Object.values(keys)));
  const known = rows.some((row) => row.key === keys.known);
  const over = rows.filter((row) => {
    if (row.secondsLeft <= 0 || row.key === keys.known) return false;
    if (row.key === keys.account) return !known && row.failures >= LIMITS.account;
    return row.failures >= (row.key === keys.pair ? LIMITS.pair : LIMITS.address);
  });
  return Math.max(0, ...over.map((row) => row.secondsLeft));
}

export async function recordFailure(db: Db, email: string, address: string): Promise<void> {
  const { pair, address: byAddress, account } = keysOf(email, address);
  const expired = sql`${signInAttempts.windowStartedAt} < now() - make_interval(mins => ${WINDOW_MINUTES})`;
  await db
    .insert(signInAttempts)
    .values([pair, byAddress, account].sort().map((key) => ({ key, failures: 1 })))
    .onConflictDoUpdate({
      target: signInAttempts.key,
      set: {
        failures: sql`case when ${expired} then 1 else ${signInAttempts.failures} + 1 end`,
        windowStartedAt: sql`case when ${expired} then now() else ${signInAttempts.windowStartedAt} end`,
      },
    });
}

export async function recordSuccess(db: Db, email: string, address: string): Promise<void> {
  const { pair, known } = keysOf(email, address);
  await db.delete(signInAttempts).where(inArray(signInAttempts.key, [pair]));
  await db.insert(signInAttempts).values({ key: known }).onConflictDoNothing();
}
