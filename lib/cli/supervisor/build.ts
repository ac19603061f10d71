/** Builds the web application when its sources differ from those of the last build. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What goes into the Next bundle; tests, commands and the worker do not. */
const SOURCES = ["app", "lib", "db", "trainer/format"];
const FILES = ["next.config.js", "package-lock.json", "postcss.config.mjs", "proxy.ts", "tsconfig.json"];
const SKIPPED = new Set(["lib/cli", "lib/worker", "db/seed", "db/embedded", "db/migrations"]);

function* sourceFiles(root: string, folder: string): Generator<string> {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!SKIPPED.has(name)) yield* sourceFiles(root, name);
    } else if (entry.isFile() && !/\.test\.tsx?$/.test(name)) yield name;
  }
}

/** Hash of names and contents: independent of git and of file times. */
export function sourceStamp(root: string): string {
  const hash = createHash("sha256").update(process.version);
  const folders = SOURCES.filter((folder) => existsSync(path.join(root, folder)));
  const names = folders.flatMap((folder) => [...sourceFiles(root, folder)]);
  for (const name of [...FILES.filter((file) => existsSync(path.join(root, file))), ...names]) {
    const content = readFileSync(path.join(root, name));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

const stampFile = (root: string) => path.join(root, ".next", "pairwright-stamp");

export function isBuilt(root: string, stamp: string): boolean {
  if (!existsSync(path.join(root, ".next", "BUILD_ID")) || !existsSync(stampFile(root))) return false;
  return readFileSync(stampFile(root), "utf8") === stamp;
}

/** @param run runs `next build` to its end and throws when it fails. The stamp goes first and comes last: a build cut short is built again. */
export async function buildIfNeeded(root: string, run: () => Promise<void>): Promise<void> {
  const stamp = sourceStamp(root);
  if (isBuilt(root, stamp)) return;
  rmSync(stampFile(root), { force: true });
  await run();
  if (!existsSync(path.join(root, ".next", "BUILD_ID")))
    throw new Error("next build ended without an error but left no build");
  writeFileSync(stampFile(root), stamp);
}
