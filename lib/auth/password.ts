/** Password rules and hashing (argon2id, OWASP's parameters). */
import { hash, verify } from "@node-rs/argon2";
import { z } from "zod";

export const passwordSchema = z.string().min(10, "at least 10 characters").max(200, "at most 200 characters");

const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const hashPassword = (password: string): Promise<string> => hash(password, OPTIONS);

let decoy: Promise<string> | undefined;

/** Takes the same time for an unknown user (`storedHash` null) as for a known one. */
export async function verifyPassword(storedHash: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword("a password nobody has");
  const matches = await verify(storedHash ?? (await decoy), password);
  return storedHash !== null && matches;
}
