/** pg-boss's clock with timers that do not keep a process alive: a command line or a test ends when its work is done. */
import { type Clock, systemClock } from "pg-boss";

function unreferenced<T>(timer: T): T {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}

export const unreferencedClock: Clock = {
  now: () => systemClock.now(),
  setTimeout: (run, ms) => unreferenced(systemClock.setTimeout(run, ms)),
  setInterval: (run, ms) => unreferenced(systemClock.setInterval(run, ms)),
  clearTimeout: (timer) => systemClock.clearTimeout(timer),
  clearInterval: (timer) => systemClock.clearInterval(timer),
};
