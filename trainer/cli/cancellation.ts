/** Ctrl-C (or SIGTERM) asks the running recipe to stop where it can resume; a second Ctrl-C ends the process at once. */
import type { Reporter } from "./output";

export const EXIT_FAILED = 1;
/** The shell's code for a command ended by Ctrl-C. */
export const EXIT_CANCELLED = 130;

export function cancellation(report: Reporter): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT_CANCELLED);
    report.note("stopping after the current micro-batch; press Ctrl-C again to stop at once");
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
