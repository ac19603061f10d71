import { describe, expect, it } from "vitest";
import { busySeconds, foreignShare, processTimes, sampleCpu, treeSeconds } from "./sampler";

describe("who used the cores", () => {
  it("counts everything but idle time and waiting for disks", () => {
    expect(busySeconds("cpu  100 20 30 9000 500 4 6 40 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n")).toBe(2);
  });

  it("reads a process whose name holds brackets and blanks", () => {
    const fields = ["S", "7", ...Array.from({ length: 9 }, () => "0"), "150", "50", "30", "20", "20", "0"];
    expect(processTimes(`42 (a) b (c)) ${fields.join(" ")}`)).toEqual({ pid: 42, parent: 7, seconds: 2.5 });
  });

  it("sums a process and all below it, and nothing else", () => {
    const processes = [
      { pid: 1, parent: 0, seconds: 1000 },
      { pid: 10, parent: 1, seconds: 1 },
      { pid: 11, parent: 10, seconds: 2 },
      { pid: 12, parent: 11, seconds: 4 },
      { pid: 20, parent: 1, seconds: 500 },
    ];
    expect(treeSeconds(processes, 10)).toBe(7);
  });

  it("gives the share of all cores that others took", () => {
    const start = { at: 0, machine: 100, own: 50 };
    // Ten seconds on two cores: 15 busy of 20, 13 of them ours.
    expect(foreignShare(start, { at: 10_000, machine: 115, own: 63 }, 2)).toBeCloseTo(0.1);
    expect(foreignShare(null, start, 2)).toBeNull();
  });

  it.runIf(process.platform === "linux")("finds this process's own work in a real sample", () => {
    const start = sampleCpu();
    let sum = 0;
    // By CPU time and not by the clock: on a busy machine this process may wait long.
    for (const before = process.cpuUsage(); process.cpuUsage(before).user < 200_000; ) sum += Math.sqrt(sum + 1);
    const end = sampleCpu();
    expect(end!.own - start!.own).toBeGreaterThan(0.1);
    expect(end!.machine - start!.machine).toBeGreaterThan(0.1);
  });
});
