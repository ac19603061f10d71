/** What every case needs: where things are, how often to run, where lines go. */
import { appendFileSync } from "node:fs";
import os from "node:os";
import type { BenchModels } from "./models";
import type { PeerEnvironment } from "./peer-environment";
import type { RoundOptions } from "./rounds";

export interface BenchContext {
  models: BenchModels;
  /** hh-rlhf rows or our own JSONL. */
  dataFile: string;
  /** Of this invocation; removed at its end. */
  directory: string;
  threads: number;
  rounds: RoundOptions;
  /** The peers' Python, made on first use. */
  peer: () => Promise<PeerEnvironment>;
  /** One JSON line to stdout and to the results file. */
  emit: (line: Record<string, unknown>) => void;
  /** Progress, to stderr. */
  report: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** What the figures were taken on. */
export function machineLine(threads: number): Record<string, unknown> {
  const cpus = os.cpus();
  return {
    machine: cpus[0]?.model.trim(),
    cores: cpus.length,
    threads,
    memoryGib: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
    node: process.versions.node,
    loadAverage: Number((os.loadavg()[0] ?? 0).toFixed(2)),
    at: new Date().toISOString(),
  };
}

/** Writes lines to stdout, and to `file` too where one is named. */
export function lineWriter(file: string | null): BenchContext["emit"] {
  return (line) => {
    const text = `${JSON.stringify(line)}\n`;
    process.stdout.write(text);
    if (file !== null) appendFileSync(file, text);
  };
}
