import { describe, expect, it } from "vitest";
import { trainingConfigSchema, trainingOverridesSchema } from "./training-config";

describe("trainingOverridesSchema", () => {
  it("keeps absent fields absent, so that layers can be laid over one another", () => {
    expect(trainingOverridesSchema.parse({})).toEqual({});
    const layers = { ...trainingOverridesSchema.parse({ epochs: 2 }), ...trainingOverridesSchema.parse({ seed: 4 }) };
    expect(trainingConfigSchema.parse({ ...layers, task: "safety" })).toMatchObject({ epochs: 2, seed: 4 });
  });

  it("checks the fields that are there and refuses unknown ones", () => {
    expect(trainingOverridesSchema.safeParse({ epochs: 0 }).success).toBe(false);
    expect(trainingOverridesSchema.safeParse({ epochz: 1 }).success).toBe(false);
    expect(trainingOverridesSchema.parse({ otherShare: null, stepsMax: 3 })).toEqual({ otherShare: null, stepsMax: 3 });
  });
});
