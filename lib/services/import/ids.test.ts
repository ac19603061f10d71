import { describe, expect, it } from "vitest";
import { z } from "zod";
import { risingId } from "./ids";

describe("risingId", () => {
  it("gives valid, different ids in rising order, also when the clock stands still or goes back", () => {
    const now = Date.now();
    const ids = Array.from({ length: 10_000 }, (_, index) => risingId(now - (index % 2)));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
    for (const id of ids.slice(0, 100)) expect(z.uuidv7().safeParse(id).success).toBe(true);
  });
});
