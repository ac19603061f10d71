/** The worker process. SIGTERM and SIGINT end it in order, and so does the end of the process that started it. */
import { isRetryable } from "@/db/client";
import { EnvError, requireDatabaseUrl } from "@/lib/env";
import { log } from "@/lib/log";
import { runWorker } from "./worker";

const PARENT_LOOK_MS = 2000;
const EXIT_MS_MAX = 19_000;

const stop = new AbortController();

function shutDown(reason: string): void {
  if (stop.signal.aborted) return;
  log("worker").info({ reason }, "stopping");
  stop.abort(new Error("the worker stops"));
  setTimeout(() => process.exit(1), EXIT_MS_MAX).unref();
}

/** A worker whose supervisor was killed must not go on by itself beside the next one. */
function watchParent(): void {
  process.once("disconnect", () => shutDown("the supervisor is gone"));
  const parent = process.ppid;
  if (parent === 1) return; // Started by init itself, as in a container.
  setInterval(() => {
    if (process.ppid !== parent) shutDown("the parent process is gone");
  }, PARENT_LOOK_MS).unref();
}

async function main(): Promise<void> {
  process.once("SIGTERM", () => shutDown("SIGTERM"));
  process.once("SIGINT", () => shutDown("SIGINT"));
  // A connection that breaks between two uses belongs to nobody; every loop finds out by itself and tries again.
  process.on("unhandledRejection", (error) => {
    if (!isRetryable(error)) throw error;
    log("worker").warn({ err: error }, "a connection broke");
  });
  watchParent();
  await runWorker({ databaseUrl: requireDatabaseUrl(), signal: stop.signal, log: log("worker") });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    if (error instanceof EnvError) console.error(error.message);
    else log("worker").fatal({ err: error }, "the worker failed");
    process.exit(1);
  },
);
