import { describe, expect, it } from "vitest";
import { busyShare, coresAreFree } from "./cores";

describe("free cores", () => {
  it("are those that other processes leave", () => {
    expect(coresAreFree(() => 0.1)).toBe(true);
    expect(coresAreFree(() => 0.6)).toBe(false);
  });
  it("are read as a share", () => {
    const share = busyShare();
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  });
});
