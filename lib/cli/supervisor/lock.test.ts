import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isAlive } from "@/db/embedded/process";
import { LockedError, takeLock } from "./lock";

let home: string;
const started: number[] = [];

/** A process that idles, with a word in its command line. */
function idle(word: string): number {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", word], { stdio: "ignore" });
  started.push(child.pid as number);
  return child.pid as number;
}

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "pairwright-lock-"));
});
afterEach(() => {
  for (const pid of started.splice(0)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  rmSync(home, { recursive: true, force: true });
});

const writeLock = (pid: number, children: number[] = []) =>
  writeFileSync(path.join(home, "supervisor.lock"), JSON.stringify({ pid, port: 3000, children }));

it("refuses a second supervisor and names the first", async () => {
  const holder = idle("supervisor.ts");
  writeLock(holder);
  await expect(takeLock(home, 3001)).rejects.toThrow(LockedError);
  await expect(takeLock(home, 3001)).rejects.toThrow(`pid ${holder}, port 3000`);
});

it("takes over from a dead supervisor and ends the processes it left", async () => {
  const dead = idle("supervisor.ts");
  process.kill(dead, "SIGKILL");
  while (isAlive(dead)) await new Promise((resolve) => setTimeout(resolve, 5));
  const left = idle("lib/worker/main.ts");
  const stranger = idle("something-else");
  writeLock(dead, [left, stranger]);
  const lock = await takeLock(home, 3001);
  expect(isAlive(left)).toBe(false);
  expect(isAlive(stranger)).toBe(true); // The number was reused by a program that is not ours.
  lock.release();
});

it("does not believe a number that another program has now", async () => {
  writeLock(idle("some-editor"));
  (await takeLock(home, 3001)).release();
});

it("is free again after a release, and a torn lock file does not block", async () => {
  (await takeLock(home, 3001)).release();
  writeFileSync(path.join(home, "supervisor.lock"), '{"pid":');
  const lock = await takeLock(home, 3001);
  lock.setChildren([1, 2]);
  lock.release();
});
