/**
 * Where the two npm packages of the webgpu engine are: `webgpu` (Dawn for Node, 132 MB for all platforms, so not a dependency) and
 * `@tensorflow/tfjs-backend-webgpu`. Either among the project's own packages, or in the engine's folder:
 *
 *   <directory>/node_modules/      what npm installed
 *   <directory>/installed.json     written last, so a directory without it is not an installation
 */
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { engineDirectory } from "../environment";

export const PACKAGES = { webgpu: "0.6.2", "@tensorflow/tfjs-backend-webgpu": "4.22.0" } as const;
export const MANIFEST_FILE = "installed.json";
export const INSTALL_COMMAND = "npm run engine -- install webgpu";

export const installationSchema = z.strictObject({
  formatVersion: z.literal(1),
  versions: z.record(z.string(), z.string()),
  installedAt: z.iso.datetime(),
});
export type WebgpuInstallation = z.infer<typeof installationSchema>;

export type PackagesFound =
  | { found: true; directory: string; versions: Record<string, string> }
  | { found: false; directory: string; reason: string };

let chosenDirectory: string | null = null;

/** Uses an installation elsewhere than where the environment says. */
export function setWebgpuDirectory(directory: string): void {
  chosenDirectory = path.resolve(directory);
}

export function webgpuDirectory(): string {
  return chosenDirectory ?? engineDirectory("webgpu");
}

/** The folder whose `node_modules` holds both packages, walking up from here; `null` where none does. */
function projectDirectory(): string | null {
  const search = createRequire(import.meta.url).resolve.paths("webgpu") ?? [];
  const holding = search.find((folder) => Object.keys(PACKAGES).every((name) => existsSync(path.join(folder, name))));
  return holding === undefined ? null : path.dirname(holding);
}

async function versionsIn(directory: string): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const name of Object.keys(PACKAGES)) {
    const text = await readFile(path.join(directory, "node_modules", name, "package.json"), "utf8");
    versions[name] = z.object({ version: z.string() }).parse(JSON.parse(text)).version;
  }
  return versions;
}

/** Dawn's binary for this machine inside the package, which brings those of all platforms. */
function hasBinary(directory: string): boolean {
  const architecture = process.platform === "darwin" ? "universal" : process.arch;
  const folder = `${process.platform}-${architecture}`;
  return existsSync(path.join(directory, "node_modules", "webgpu", "dist", folder, "dawn.node"));
}

/** Looks for the packages without loading them. */
export async function findPackages(directory: string = webgpuDirectory()): Promise<PackagesFound> {
  const refuse = (reason: string): PackagesFound => ({ found: false, directory, reason });
  const installed = await stat(path.join(directory, MANIFEST_FILE)).catch(() => null);
  const place = installed === null ? projectDirectory() : directory;
  if (place === null) return refuse(`it is not installed (looked in ${directory})`);
  try {
    const versions = await versionsIn(place);
    if (!hasBinary(place)) return refuse(`the webgpu package has no binary for ${process.platform} ${process.arch}`);
    return { found: true, directory: place, versions };
  } catch (cause) {
    return refuse(`${place} is damaged (${(cause as Error).message}): remove it`);
  }
}
