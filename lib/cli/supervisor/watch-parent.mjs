/**
 * Preloaded into web and worker: when the supervisor is gone (even by SIGKILL) the channel closes, and the process ends itself.
 * `--import` is inherited by the processes and threads that these start; `?parent=` keeps it to the supervisor's own children.
 */
import { isMainThread } from "node:worker_threads";

const parent = Number(new URL(import.meta.url).searchParams.get("parent"));

if (isMainThread && process.channel && process.ppid === parent) {
  process.once("disconnect", () => {
    setTimeout(() => process.exit(1), 10_000).unref();
    process.kill(process.pid, "SIGTERM");
  });
  // The channel alone must not keep a finished process alive.
  process.channel.unref();
}
