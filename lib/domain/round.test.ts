import { describe, expect, it } from "vitest";
import {
  currentStep,
  decideClaim,
  nextStep,
  ROUND_STEP_ORDER,
  type RoundStepKey,
  STEP_SILENT_SECONDS_MAX,
  type StepFacts,
  TAKEOVERS_MAX,
} from "./round";

function steps(at: RoundStepKey, mine: Partial<StepFacts> = {}): StepFacts[] {
  const position = ROUND_STEP_ORDER.indexOf(at);
  return ROUND_STEP_ORDER.map((name, index) => ({
    name,
    state: index < position ? "done" : "waiting",
    takeovers: 0,
    silentSeconds: null,
    ...(name === at ? mine : {}),
  }));
}

describe("decideClaim", () => {
  it("starts a waiting step only when every earlier one is done", () => {
    expect(decideClaim("running", steps("train"), "train")).toBe("start");
    expect(decideClaim("running", steps("train"), "evaluate")).toBe("not_yet");
    expect(decideClaim("running", steps("train", { state: "failed" }), "evaluate")).toBe("not_yet");
  });
  it("never gives one step to two living workers", () => {
    const running = steps("sample", { state: "running", silentSeconds: STEP_SILENT_SECONDS_MAX - 0.1 });
    expect(decideClaim("running", running, "sample")).toBe("busy");
  });
  it("takes over from a silent worker, and from one that gave the step back", () => {
    const dead = steps("sample", { state: "running", silentSeconds: STEP_SILENT_SECONDS_MAX });
    expect(decideClaim("running", dead, "sample")).toBe("take_over");
    expect(decideClaim("running", steps("sample", { state: "running" }), "sample")).toBe("take_over");
  });
  it("gives up on a step that keeps killing its worker", () => {
    const cursed = steps("train", { state: "running", silentSeconds: 99, takeovers: TAKEOVERS_MAX });
    expect(decideClaim("running", cursed, "train")).toBe("give_up");
  });
  it("does nothing for a step that is over or a round that is", () => {
    expect(decideClaim("running", steps("train", { state: "done" }), "train")).toBe("nothing_to_do");
    expect(decideClaim("running", steps("train", { state: "failed" }), "train")).toBe("nothing_to_do");
    expect(decideClaim("cancelled", steps("train"), "train")).toBe("nothing_to_do");
  });
});

describe("order", () => {
  it("ends after publish", () => {
    expect(nextStep("collect")).toBe("freeze");
    expect(nextStep("publish")).toBeNull();
    expect(currentStep(steps("evaluate"))).toBe("evaluate");
    expect(currentStep(steps("publish", { state: "done" }))).toBeNull();
  });
});
