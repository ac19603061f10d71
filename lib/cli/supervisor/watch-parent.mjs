/** Preloaded into web and worker: when the supervisor is gone (even by SIGKILL) the channel closes, and the process ends itself. */
import { isMainThread } from "node:worker_threads";

if (isMainThread && process.channel) {
  process.once("disconnect", () => {
    setTimeout(() => process.exit(1), 10_000).unref();
    process.kill(process.pid, "SIGTERM");
  });
  // The channel alone must not keep a finished process alive.
  process.channel.unref();
}
