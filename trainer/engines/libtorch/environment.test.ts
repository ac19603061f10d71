import { describe, expect, it } from "vitest";
import { chooseThreadWaiting } from "./environment";

const chosen = (environment: NodeJS.ProcessEnv, free: boolean) => {
  chooseThreadWaiting(environment, () => free);
  return { policy: environment.OMP_WAIT_POLICY, spins: environment.GOMP_SPINCOUNT };
};

describe("how torch's threads wait", () => {
  it("spinning where cores are free, asleep where others fill them", () => {
    expect(chosen({ NODE_ENV: "test" }, true)).toEqual({ policy: undefined, spins: "300000" });
    expect(chosen({ NODE_ENV: "test" }, false)).toEqual({ policy: "PASSIVE", spins: undefined });
  });
  it("as the user says", () => {
    expect(chosen({ NODE_ENV: "test", OMP_WAIT_POLICY: "ACTIVE" }, false)).toEqual({
      policy: "ACTIVE",
      spins: undefined,
    });
    expect(chosen({ NODE_ENV: "test", GOMP_SPINCOUNT: "7" }, true)).toEqual({ policy: undefined, spins: "7" });
  });
});
