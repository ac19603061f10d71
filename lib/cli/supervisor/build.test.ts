import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildIfNeeded } from "./build";

let root: string;
let builds: number;
const write = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
};
const build = async () => {
  builds++;
  write(".next/BUILD_ID", String(builds));
};

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "pairwright-build-"));
  builds = 0;
  write("app/page.tsx", "one");
  write("package-lock.json", "{}");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("builds once, and again when a source, its name or the lock file changes", async () => {
  await buildIfNeeded(root, build);
  await buildIfNeeded(root, build);
  expect(builds).toBe(1);
  write("app/page.tsx", "two");
  await buildIfNeeded(root, build);
  write("app/other.tsx", "");
  await buildIfNeeded(root, build);
  write("package-lock.json", "{ }");
  await buildIfNeeded(root, build);
  expect(builds).toBe(4);
});

it("does not build for file times, tests, the worker or commands", async () => {
  await buildIfNeeded(root, build);
  utimesSync(path.join(root, "app/page.tsx"), 1, 1);
  write("app/page.test.tsx", "test");
  write("lib/worker/main.ts", "worker");
  write("lib/cli/main.ts", "command");
  await buildIfNeeded(root, build);
  expect(builds).toBe(1);
});

it("builds again after a build that failed, was cut short, or left nothing", async () => {
  await buildIfNeeded(root, build);
  write("app/page.tsx", "changed");
  await expect(buildIfNeeded(root, () => Promise.reject(new Error("killed")))).rejects.toThrow("killed");
  write("app/page.tsx", "one"); // The sources of the first build, but .next is in an unknown state now.
  await buildIfNeeded(root, build);
  expect(builds).toBe(2);
  rmSync(path.join(root, ".next"), { recursive: true });
  await expect(buildIfNeeded(root, async () => undefined)).rejects.toThrow(/left no build/);
});
