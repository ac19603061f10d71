/**
 * Who used the cores while a run was timed. A run in which other programs took more than a small share of the machine says
 * little, so it is thrown away and made again.
 */
import { readdirSync, readFileSync } from "node:fs";
import os from "node:os";

/** The kernel's clock ticks a second as /proc shows them: 100 on every Linux that Node runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;

export interface CpuSample {
  /** Milliseconds of a monotonic clock. */
  at: number;
  /** CPU seconds of everything on the machine since it started, time that the hypervisor took away included. */
  machine: number;
  /** CPU seconds of a process and all below it. */
  own: number;
}

/** CPU seconds that were not idle. `text` is /proc/stat: user nice system idle iowait irq softirq steal ... */
export function busySeconds(text: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] =
    /^cpu\s+(.*)$/m.exec(text)?.[1]?.split(/\s+/).map(Number) ?? [];
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}

export interface ProcessTimes {
  pid: number;
  parent: number;
  /** Its own and that of children it has waited for. */
  seconds: number;
}

/** One /proc/PID/stat. The program's name stands in brackets and may hold anything, brackets too. */
export function processTimes(text: string): ProcessTimes {
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number) as [number, number, number, number];
  return { pid, parent: Number(fields[1]), seconds: (utime + stime + cutime + cstime) / TICKS_PER_SECOND };
}

/** Sum over a process and its descendants. */
export function treeSeconds(processes: readonly ProcessTimes[], root: number): number {
  const children = new Map<number, ProcessTimes[]>();
  for (const one of processes) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  let sum = processes.find(({ pid }) => pid === root)?.seconds ?? 0;
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop())
    for (const child of children.get(pid) ?? []) {
      sum += child.seconds;
      open.push(child.pid);
    }
  return sum;
}

function readProcesses(): ProcessTimes[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [processTimes(readFileSync(`/proc/${pid}/stat`, "utf8"))];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}

/** Null where there is no /proc: then nothing can be said about other work. */
export function sampleCpu(root: number = process.pid): CpuSample | null {
  try {
    const machine = busySeconds(readFileSync("/proc/stat", "utf8"));
    return { at: performance.now(), machine, own: treeSeconds(readProcesses(), root) };
  } catch {
    return null;
  }
}

/** Share of all cores' time that went to other programs between two samples, 0 to 1; null where it is not known. */
export function foreignShare(start: CpuSample | null, end: CpuSample | null, cores = os.cpus().length): number | null {
  if (start === null || end === null) return null;
  const available = ((end.at - start.at) / 1000) * cores;
  const foreign = end.machine - start.machine - (end.own - start.own);
  return available <= 0 ? null : Math.min(1, Math.max(0, foreign / available));
}
