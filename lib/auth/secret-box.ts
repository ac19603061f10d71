/** Encrypts keys of policy endpoints at rest: AES-256-GCM, key derived from AUTH_SECRET. Layout: nonce (12) | tag (16) | ciphertext. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { requireSecret } from "@/lib/env";
import { DomainError } from "@/lib/errors";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const key = () => Buffer.from(hkdfSync("sha256", requireSecret(), "", "pairwright policy secrets", 32));

export function sealSecret(plain: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key(), nonce);
  const ciphertext = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

/** Throws DomainError `unavailable` when the box was sealed with another AUTH_SECRET or is damaged. */
export function openSecret(box: Buffer): string {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key(), box.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(box.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch {
    throw new DomainError(
      "unavailable",
      "The stored key cannot be read: AUTH_SECRET has changed. Enter the policy's key again.",
    );
  }
}
