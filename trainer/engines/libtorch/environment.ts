/** What the engine takes from the process's environment: where it is installed, and how torch's threads wait. */
import { cpus, homedir } from "node:os";
import path from "node:path";

/** PAIRWRIGHT_LIBTORCH, else below PAIRWRIGHT_HOME, else below the home directory. */
export function libtorchDirectoryOf(environment: NodeJS.ProcessEnv = process.env): string {
  const { PAIRWRIGHT_LIBTORCH: own, PAIRWRIGHT_HOME: home } = environment;
  return path.resolve(own || path.join(home || path.join(homedir(), ".pairwright"), "engines", "libtorch"));
}

/** What libgomp itself takes where nothing is set: about a millisecond. */
const SPINS = "300000";

/** Above this share of busy cores, spinning threads and other work starve each other. */
const BUSY_MAX = 0.25;

const LOOK_MS = 120;

/** Cores that other processes use at this moment, as a share (0..1). A load average would still speak of what ended a minute ago. */
export function busyShare(): number {
  const totals = () =>
    cpus().reduce(
      (sum, { times }) => ({
        idle: sum.idle + times.idle,
        all: sum.all + times.idle + times.user + times.sys + times.nice + times.irq,
      }),
      { idle: 0, all: 0 },
    );
  const before = totals();
  const own = process.cpuUsage();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
  const after = totals();
  const { user, system } = process.cpuUsage(own);
  const all = after.all - before.all;
  const others = all - (after.idle - before.idle) - (user + system) / 1000;
  return all > 0 ? Math.max(0, others / all) : 0;
}

/**
 * How torch's threads wait for one another, unless the user set it. OpenMP reads this when libtorch is loaded, so it must come
 * before. On a machine with cores to spare they spin: a step has thousands of short products, and waking a sleeping thread each
 * time took a third of it (0.9 against 0.5 pairs/s on two cores). Where other work fills the cores spinning threads starve each
 * other (15 s against 1.3 s for the same numbers), so there they sleep.
 */
export function chooseThreadWaiting(environment: NodeJS.ProcessEnv = process.env, busy = busyShare): void {
  if (environment.OMP_WAIT_POLICY !== undefined || environment.GOMP_SPINCOUNT !== undefined) return;
  if (busy() <= BUSY_MAX) environment.GOMP_SPINCOUNT = SPINS;
  else environment.OMP_WAIT_POLICY = "PASSIVE";
}
