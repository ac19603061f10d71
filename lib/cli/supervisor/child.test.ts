import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { isAlive } from "@/db/embedded/process";
import { type ChildPlan, ManagedChild } from "./child";

let folder: string;
let lines: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "pairwright-child-"));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function managed(script: string): ManagedChild {
  const plan: ChildPlan = {
    name: "web",
    args: ["-e", script],
    cwd: folder,
    environment: { PATH: "/usr/bin:/bin", NODE_ENV: "test" },
    logFile: path.join(folder, "logs", "web.log"),
  };
  return new ManagedChild(
    plan,
    () => undefined,
    (line) => lines.push(line),
  );
}
const RUNS =
  'require("fs").appendFileSync("runs", process.pid + "\\n"); process.channel.unref(); setInterval(() => {}, 1000);';
const runs = () => readFileSync(path.join(folder, "runs"), "utf8").trim().split("\n").map(Number);

it("starts a killed process again, with a longer pause each time, and says so", async () => {
  writeFileSync(path.join(folder, "runs"), "");
  const child = managed(RUNS);
  child.start();
  for (const count of [1, 2, 3]) {
    await vi.waitFor(() => expect(runs().filter(Boolean)).toHaveLength(count), { timeout: 10_000 });
    if (count < 3) process.kill(child.pid as number, "SIGKILL");
  }
  expect(lines[0]).toMatch(/web ended \(SIGKILL\); starting it again in 0.2 s/);
  expect(lines[1]).toMatch(/again in 0.4 s/);
  const last = child.pid as number;
  await child.stop(5);
  expect(isAlive(last)).toBe(false);
  expect(child.pid).toBeUndefined();
});

it("does not start again what it stopped, even during a pause", async () => {
  const child = managed("process.exit(3)");
  child.start();
  await vi.waitFor(() => expect(lines.join("\n")).toMatch(/code 3/), { timeout: 10_000 });
  await child.stop(5);
  const before = lines.length;
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(lines).toHaveLength(before);
});

it("ends by force what ignores SIGTERM", async () => {
  writeFileSync(path.join(folder, "runs"), "");
  const child = managed(`process.on("SIGTERM", () => {}); ${RUNS}`);
  child.start();
  await vi.waitFor(() => expect(runs().filter(Boolean)).toHaveLength(1), { timeout: 10_000 });
  const pid = child.pid as number;
  await child.stop(0.3);
  expect(isAlive(pid)).toBe(false);
  expect(lines.join("\n")).toMatch(/ended by force/);
});
