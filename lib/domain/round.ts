/** The rules of a round: which step comes when, and who may run it. Pure. */
export const ROUND_STEP_ORDER = ["collect", "freeze", "train", "evaluate", "sample", "publish"] as const;
export type RoundStepKey = (typeof ROUND_STEP_ORDER)[number];
export type RoundStateKey = "running" | "done" | "failed" | "cancelled";
export type StepStateKey = "waiting" | "running" | "done" | "failed" | "cancelled";

/** A worker refreshes its step this often ... */
export const STEP_HEARTBEAT_SECONDS = 3;
/** ... and one silent for this long is taken for dead. */
export const STEP_SILENT_SECONDS_MAX = 15;
/** So many workers may die on one step before it is given up; a retry by hand counts from zero again. Ours. */
export const TAKEOVERS_MAX = 20;

export interface StepFacts {
  name: RoundStepKey;
  state: StepStateKey;
  takeovers: number;
  /** Since the running worker's last sign of life; null = it gave the step back. */
  silentSeconds: number | null;
}

export type ClaimDecision =
  | "start"
  | "take_over"
  /** Another worker is on it. */
  | "busy"
  /** Already done, failed or cancelled, or the round is over. */
  | "nothing_to_do"
  /** An earlier step is not done. */
  | "not_yet"
  | "give_up";

export function nextStep(step: RoundStepKey): RoundStepKey | null {
  return ROUND_STEP_ORDER[ROUND_STEP_ORDER.indexOf(step) + 1] ?? null;
}

/** Whether a job that asks for `step` may run it now. `steps` are all six. */
export function decideClaim(round: RoundStateKey, steps: readonly StepFacts[], step: RoundStepKey): ClaimDecision {
  const mine = steps.find(({ name }) => name === step);
  if (round !== "running" || !mine) return "nothing_to_do";
  const before = ROUND_STEP_ORDER.slice(0, ROUND_STEP_ORDER.indexOf(step));
  if (before.some((name) => steps.find((other) => other.name === name)?.state !== "done")) return "not_yet";
  if (mine.state === "waiting") return "start";
  if (mine.state !== "running") return "nothing_to_do";
  if (mine.silentSeconds !== null && mine.silentSeconds < STEP_SILENT_SECONDS_MAX) return "busy";
  return mine.takeovers >= TAKEOVERS_MAX ? "give_up" : "take_over";
}

/** The step that a running round waits for: the first that is not done. */
export function currentStep(steps: readonly Pick<StepFacts, "name" | "state">[]): RoundStepKey | null {
  return ROUND_STEP_ORDER.find((name) => steps.find((step) => step.name === name)?.state !== "done") ?? null;
}
