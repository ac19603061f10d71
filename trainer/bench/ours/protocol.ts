/** What every child program of ours shares: its request, its marks, its memory. `bench/child.ts` reads the other end. */
import { readFileSync } from "node:fs";

export function readRequest<Request>(): Request {
  return JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Request;
}

export function emit(event: "start" | "end" | "result", fields: Record<string, unknown> = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

/** Largest resident memory of this process since it started (`getrusage`), in MiB. */
export function peakRssMib(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

export function rssMib(): number {
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}
