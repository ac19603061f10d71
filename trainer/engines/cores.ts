/** Whether an engine's threads may spin while they wait for one another. */
import { cpus } from "node:os";

/** Above this share of busy cores, spinning threads and other work starve each other. */
const BUSY_MAX = 0.25;

/** Several short looks, of which the middle one counts: a burst of a moment must not decide for hours. */
const LOOKS = 7;
const LOOK_MS = 50;

function totals(): { idle: number; all: number } {
  return cpus().reduce(
    (sum, { times }) => ({
      idle: sum.idle + times.idle,
      all: sum.all + times.idle + times.user + times.sys + times.nice + times.irq,
    }),
    { idle: 0, all: 0 },
  );
}

function look(): number {
  const before = totals();
  const own = process.cpuUsage();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
  const after = totals();
  const { user, system } = process.cpuUsage(own);
  const all = after.all - before.all;
  const others = all - (after.idle - before.idle) - (user + system) / 1000;
  return all > 0 ? Math.max(0, others / all) : 0;
}

/** Cores that other processes use at this moment, as a share (0..1). A load average would still speak of what ended a minute ago. */
export function busyShare(): number {
  const seen = Array.from({ length: LOOKS }, look).sort((a, b) => a - b);
  return seen[Math.floor(LOOKS / 2)] ?? 0;
}

/**
 * A training step has thousands of short operations, and waking a sleeping thread for each took a third of it on quiet cores. Where
 * other work fills the cores, spinning threads starve it and each other (15 s against 1.3 s for the same numbers).
 */
export const coresAreFree = (busy = busyShare): boolean => busy() <= BUSY_MAX;
