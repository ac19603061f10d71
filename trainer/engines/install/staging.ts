/** A folder that appears under its final name only when everything in it worked. */
import { mkdir, rename, rm, rmdir, stat } from "node:fs/promises";
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

/** Fills a folder beside `directory` and renames it into place; leaves nothing behind when `fill` throws. */
export async function installThrough<Result>(
  directory: string,
  fill: (staging: string) => Promise<Result>,
): Promise<Result> {
  await requireFree(directory);
  const staging = `${directory}.installing-${process.pid}`;
  try {
    await mkdir(staging, { recursive: true });
    const result = await fill(staging);
    await rename(staging, directory);
    return result;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
