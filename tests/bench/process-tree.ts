/** CPU time and memory of processes with all their descendants, from /proc. */
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

interface ProcessFigures {
  parent: number;
  cpuMs: number;
  rssBytes: number;
}

function readProcesses(): Map<number, ProcessFigures> {
  const found = new Map<number, ProcessFigures>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, "utf8");
      // The command stands in parentheses and may hold spaces.
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      const field = (index: number) => Number(fields[index - 3]);
      found.set(Number(name), {
        parent: field(4),
        cpuMs: ((field(14) + field(15)) * 1000) / TICKS_PER_SECOND,
        rssBytes: field(24) * 4096,
      });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

export interface TreeFigures {
  cpuMs: number;
  rssBytes: number;
}

/** Sums over `roots` and everything below them. Shared memory is counted in each process that maps it. */
export function measureTrees(roots: readonly number[]): TreeFigures {
  const all = readProcesses();
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = all.get(at)?.parent)
      if (roots.includes(at)) return true;
    return false;
  };
  const sum: TreeFigures = { cpuMs: 0, rssBytes: 0 };
  for (const [pid, figures] of all)
    if (isBelow(pid)) {
      sum.cpuMs += figures.cpuMs;
      sum.rssBytes += figures.rssBytes;
    }
  return sum;
}
