import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseLeniently } from "./lenient";

const schema = z.strictObject({ id: z.int(), inner: z.array(z.strictObject({ name: z.string() })) });

describe("an answer of a newer server", () => {
  it("is read without the fields this build does not know", () => {
    const value = { id: 1, added: true, inner: [{ name: "a", more: { deep: 1 } }, { name: "b" }] };
    expect(parseLeniently(schema, value).data).toEqual({ id: 1, inner: [{ name: "a" }, { name: "b" }] });
    expect(value.added).toBe(true);
  });

  it("is refused when anything else is wrong with it", () => {
    expect(parseLeniently(schema, { id: "1", inner: [], added: true }).success).toBe(false);
    expect(parseLeniently(schema, { id: 1, added: true }).success).toBe(false);
    expect(parseLeniently(schema, null).success).toBe(false);
  });
});
