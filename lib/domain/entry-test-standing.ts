/** Where one person stands in a task's entry tests: what is open, what waits, from when a retake is possible. Pure. */

export interface AttemptFacts {
  id: string;
  testId: string;
  state: "running" | "submitted" | "graded" | "void";
  outcome: "passed" | "failed" | null;
  startedAt: Date;
  submittedAt: Date | null;
}
export interface TestFacts {
  testId: string;
  position: number;
  required: boolean;
  cooldownDays: number;
  attemptsMax: number | null;
}

export type TestStatus = "open" | "running" | "waiting" | "passed" | "cooldown" | "exhausted" | "locked";
export interface TestStanding {
  testId: string;
  status: TestStatus;
  /** The newest attempt that counts. */
  attemptId: string | null;
  /** Attempts left; null = no limit. */
  attemptsLeft: number | null;
  /** When the next attempt may begin, while it may not. */
  availableAt: Date | null;
}

const DAY_MS = 86_400_000;

function standingAlone(test: TestFacts, attempts: AttemptFacts[], now: Date): TestStanding {
  const newest = attempts.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime())[0];
  const attemptsLeft = test.attemptsMax === null ? null : Math.max(0, test.attemptsMax - attempts.length);
  const at = (status: TestStatus, attempt = newest, availableAt: Date | null = null): TestStanding => ({
    testId: test.testId,
    status,
    attemptId: attempt?.id ?? null,
    attemptsLeft,
    availableAt,
  });
  const passed = attempts.find(({ outcome }) => outcome === "passed");
  if (passed) return at("passed", passed);
  if (!newest) return at("open");
  if (newest.state === "running") return at("running");
  if (newest.state === "submitted") return at("waiting");
  if (attemptsLeft === 0) return at("exhausted");
  const from = new Date((newest.submittedAt ?? newest.startedAt).getTime() + test.cooldownDays * DAY_MS);
  return from > now ? at("cooldown", newest, from) : at("open");
}

/**
 * Standing in each test, in their order. `since`: attempts begun before it no longer count (re-certification, a revoked
 * certificate). A test opens once the required ones before it are passed or wait for their grades.
 */
export function standings(tests: TestFacts[], attempts: AttemptFacts[], since: Date, now: Date): TestStanding[] {
  const counted = attempts.filter(({ state, startedAt }) => state !== "void" && startedAt >= since);
  let blocked = false;
  return tests
    .toSorted((a, b) => a.position - b.position)
    .map((test) => {
      const alone = standingAlone(
        test,
        counted.filter(({ testId }) => testId === test.testId),
        now,
      );
      const standing = blocked && alone.status === "open" ? { ...alone, status: "locked" as const } : alone;
      if (test.required && standing.status !== "passed" && standing.status !== "waiting") blocked = true;
      return standing;
    });
}

/** All required tests passed, and there is at least one. */
export function isComplete(tests: TestFacts[], found: TestStanding[]): boolean {
  const required = new Set(tests.filter((test) => test.required).map(({ testId }) => testId));
  return required.size > 0 && found.every(({ testId, status }) => !required.has(testId) || status === "passed");
}
