/**
 * Where the libtorch engine is installed and whether it is usable. Installed it looks so:
 *
 *   <directory>/site-packages/         the PyTorch wheel, unpacked by pip
 *   <directory>/pairwright_torch.node  the addon, which finds libtorch relative to itself: the directory may be moved
 *   <directory>/installed.json         what was found; written last, so a directory without it is not an installation
 */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { cpus } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { libtorchDirectoryOf } from "./environment";

export const NATIVE_SOURCES = fileURLToPath(new URL("./native", import.meta.url));
export const ADDON_FILE = "pairwright_torch.node";
export const MANIFEST_FILE = "installed.json";
export const PACKAGES_FOLDER = "site-packages";
export const INSTALL_COMMAND = "npm run engine -- install libtorch";

export const installationSchema = z.strictObject({
  formatVersion: z.literal(1),
  torchVersion: z.string().min(1),
  /** Which libraries the addon was linked with. */
  variant: z.enum(["cpu", "cuda"]),
  device: z.string().min(1),
  platform: z.string().min(1),
  architecture: z.string().min(1),
  /** The addon uses this processor's instructions. Empty in manifests of earlier versions. */
  processor: z.string().default(""),
  /** sha256 over the addon's sources: another version of this package needs a new build. */
  sourcesSha256: z.string().regex(/^[0-9a-f]{64}$/),
  installedAt: z.iso.datetime(),
  buildSeconds: z.number().nonnegative(),
  /** Speed of a 1024 x 1024 matrix product in the self-check. */
  matmulGflops: z.number().nonnegative(),
});
export type Installation = z.infer<typeof installationSchema>;

let chosenDirectory: string | null = null;

/** Uses an installation elsewhere than where the environment says. */
export function setLibtorchDirectory(directory: string): void {
  chosenDirectory = path.resolve(directory);
}

export function libtorchDirectory(): string {
  return chosenDirectory ?? libtorchDirectoryOf();
}

export function processorName(): string {
  return cpus()[0]?.model.trim() ?? "";
}

/** How they are compiled counts as a source. */
const RECIPE = fileURLToPath(new URL("./build.ts", import.meta.url));

/** sha256 over the names and contents of the addon's sources. */
export async function sourcesSha256(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [...(await nativeFiles()).sort().map((name) => path.join(NATIVE_SOURCES, name)), RECIPE]) {
    const content = await readFile(file);
    hash.update(`${path.basename(file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** Names of the addon's C++ files and headers. */
export async function nativeFiles(): Promise<string[]> {
  return (await readdir(NATIVE_SOURCES)).filter((name) => name.endsWith(".cc") || name.endsWith(".h"));
}

export type InstallationState =
  | { usable: true; directory: string; installation: Installation }
  /** `installation` is there when only the addon has to be built anew. */
  | { usable: false; directory: string; reason: string; installation: Installation | null };

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Looks at an installation without loading it. */
export async function readInstallation(directory: string = libtorchDirectory()): Promise<InstallationState> {
  const refuse = (reason: string, installation: Installation | null = null): InstallationState => ({
    usable: false,
    directory,
    reason,
    installation,
  });
  const file = path.join(directory, MANIFEST_FILE);
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return refuse(`it is not installed (looked in ${directory})`);
  let parsed: ReturnType<typeof installationSchema.safeParse>;
  try {
    parsed = installationSchema.safeParse(JSON.parse(text));
  } catch {
    return refuse(`${file} is not JSON`);
  }
  if (!parsed.success) return refuse(`${file} is not of this version's format`);
  const installation = parsed.data;
  if (!(await exists(path.join(directory, PACKAGES_FOLDER, "torch", "lib"))))
    return refuse(`${directory} has lost its PyTorch`);
  if (installation.platform !== process.platform || installation.architecture !== process.arch)
    return refuse(`${directory} was made for ${installation.platform} ${installation.architecture}`);
  if (!(await exists(path.join(directory, ADDON_FILE))))
    return refuse(`the addon is missing in ${directory}`, installation);
  if (installation.processor !== processorName())
    return refuse(
      `its addon in ${directory} was built for ${installation.processor || "another processor"}`,
      installation,
    );
  if (installation.sourcesSha256 !== (await sourcesSha256()))
    return refuse(`its addon in ${directory} was built from another version of Pairwright`, installation);
  return { usable: true, directory, installation };
}
