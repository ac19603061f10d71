/** A folder that appears under its final name only when everything in it worked. */
import { mkdir, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { InstallError } from "../libtorch/processes";

/** The final folder must be free: absent or empty. */
async function requireFree(directory: string): Promise<void> {
  if ((await stat(directory).catch(() => null)) === null) return;
  await rmdir(directory).catch((cause) => {
    throw new InstallError(
      `${directory} holds something that is not a finished installation: remove it or choose --directory`,
      { cause },
    );
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const STAGING = ".installing-";

/** Removes what installations that were ended half way left behind. */
async function removeAbandoned(directory: string): Promise<void> {
  const prefix = path.basename(directory) + STAGING;
  for (const name of await readdir(path.dirname(directory)).catch(() => [])) {
    const pid = Number(name.slice(prefix.length));
    if (name.startsWith(prefix) && Number.isInteger(pid) && pid > 0 && !isRunning(pid))
      await rm(path.join(path.dirname(directory), name), { recursive: true, force: true });
  }
}

/** Fills a folder beside `directory` and renames it into place; leaves nothing behind when `fill` throws. */
export async function installThrough<Result>(
  directory: string,
  fill: (staging: string) => Promise<Result>,
): Promise<Result> {
  await requireFree(directory);
  await removeAbandoned(directory);
  const staging = `${directory}${STAGING}${process.pid}`;
  try {
    await mkdir(staging, { recursive: true });
    const result = await fill(staging);
    await rename(staging, directory);
    return result;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
