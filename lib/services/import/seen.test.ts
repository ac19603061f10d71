import { describe, expect, it } from "vitest";
import { contentHash } from "@/lib/domain/holdout";
import { SeenHashes } from "./seen";

describe("SeenHashes", () => {
  it("knows every hash again and hardly any other", () => {
    const seen = new SeenHashes();
    const hashes = Array.from({ length: 20_000 }, (_, index) => contentHash(index));
    expect(hashes.filter((hash) => seen.add(hash))).toEqual([]);
    expect(hashes.every((hash) => seen.add(hash))).toBe(true);
  });
  it("tells hashes apart by each half of what it reads", () => {
    const seen = new SeenHashes();
    const zeros = "0".repeat(64);
    seen.add(zeros);
    expect(seen.add(`8${zeros.slice(1)}`)).toBe(false);
    expect(seen.add(`${zeros.slice(0, 8)}4${zeros.slice(9)}`)).toBe(false);
    expect(seen.add(zeros)).toBe(true);
  });
});
