import { describe, expect, it } from "vitest";
import { busyShare, chooseThreadWaiting } from "./environment";

const chosen = (environment: NodeJS.ProcessEnv, busy: number) => {
  chooseThreadWaiting(environment, () => busy);
  return { policy: environment.OMP_WAIT_POLICY, spins: environment.GOMP_SPINCOUNT };
};

describe("how torch's threads wait", () => {
  it("spinning where cores are free, asleep where others fill them", () => {
    expect(chosen({ NODE_ENV: "test" }, 0.1)).toEqual({ policy: undefined, spins: "300000" });
    expect(chosen({ NODE_ENV: "test" }, 0.6)).toEqual({ policy: "PASSIVE", spins: undefined });
  });
  it("as the user says", () => {
    expect(chosen({ NODE_ENV: "test", OMP_WAIT_POLICY: "ACTIVE" }, 0.9)).toEqual({
      policy: "ACTIVE",
      spins: undefined,
    });
    expect(chosen({ NODE_ENV: "test", GOMP_SPINCOUNT: "7" }, 0)).toEqual({ policy: undefined, spins: "7" });
  });
  it("reads a share of the cores", () => {
    const share = busyShare();
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  });
});
