/** Hashes of bearer secrets. They carry 256 random bits, so one round of SHA-256 is enough. */
import { createHash, randomBytes } from "node:crypto";

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
export const randomSecret = (): string => randomBytes(32).toString("base64url");
export const TOKEN_PREFIX = "pw_";
