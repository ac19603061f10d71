/** Installs the webgpu engine's two npm packages into a folder of their own. */
import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { installNpmPackages } from "../install/npm-packages";
import { installThrough } from "../install/staging";
import { InstallError } from "../libtorch/processes";
import { findPackages, MANIFEST_FILE, PACKAGES, type WebgpuInstallation, webgpuDirectory } from "./packages";

export interface WebgpuInstallOptions {
  directory?: string;
  /** Environment for npm. */
  environment: NodeJS.ProcessEnv;
  /** Called with one line per step. */
  report: (step: string) => void;
}

export interface WebgpuInstallResult {
  directory: string;
  versions: Record<string, string>;
  did: "installed" | "nothing";
}

/** Installs or confirms. Whether a GPU answers is for the caller to see: a driver may come later. Throws InstallError. */
export async function installWebgpu(options: WebgpuInstallOptions): Promise<WebgpuInstallResult> {
  const directory = path.resolve(options.directory ?? webgpuDirectory());
  const before = await findPackages(directory);
  if (before.found) return { directory: before.directory, versions: before.versions, did: "nothing" };
  return installThrough(directory, async (staging) => {
    options.report(`fetching ${Object.keys(PACKAGES).join(" and ")} from npm (about 160 MB)`);
    await installNpmPackages(
      staging,
      { dependencies: PACKAGES, without: ["@tensorflow/tfjs-backend-cpu"] },
      options.environment,
    );
    const manifest: WebgpuInstallation = {
      formatVersion: 1,
      versions: PACKAGES,
      installedAt: new Date().toISOString(),
    };
    const file = path.join(staging, MANIFEST_FILE);
    await writeFile(`${file}.new`, `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(`${file}.new`, file);
    const found = await findPackages(staging);
    if (!found.found) throw new InstallError(`npm finished, but ${found.reason}`);
    return { directory, versions: found.versions, did: "installed" as const };
  });
}
