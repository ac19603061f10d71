import { beforeAll, expect, test, vi } from "vitest";

vi.mock("@/lib/env", () => ({ requireSecret: () => "a".repeat(32) }));
let box: typeof import("./secret-box");
beforeAll(async () => {
  box = await import("./secret-box");
});

test("opens what it sealed, and never seals the same text to the same bytes", () => {
  const first = box.sealSecret("sk-키");
  expect(box.openSecret(first)).toBe("sk-키");
  expect(box.sealSecret("sk-키").equals(first)).toBe(false);
});

test("a changed byte anywhere is refused", () => {
  const sealed = box.sealSecret("secret");
  for (let at = 0; at < sealed.length; at += 1) {
    const damaged = Buffer.from(sealed);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    expect(() => box.openSecret(damaged)).toThrow(/AUTH_SECRET has changed/);
  }
});
