/** Structured logs: one JSON line per event on stdout. Secrets never enter: callers log ids, not bodies. */
import pino from "pino";
import { env } from "./env";

let root: pino.Logger | undefined;
export function log(component: string): pino.Logger {
  root ??= pino({ level: env().LOG_LEVEL, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
  return root.child({ component });
}
