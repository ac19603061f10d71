/**
 * Where the tensorflow engine is installed and whether it is usable. Installed it looks so:
 *
 *   <directory>/site-packages/tensorflow/   libraries and C headers of the TensorFlow wheel
 *   <directory>/node_modules/               @tensorflow/tfjs-node without its dependencies
 *   <directory>/tfjs_binding.node           its binding, which finds the libraries relative to itself
 *   <directory>/installed.json              what was found; written last, so a directory without it is not an installation
 */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { engineDirectory } from "../environment";

export const BINDING_FILE = "tfjs_binding.node";
export const MANIFEST_FILE = "installed.json";
export const PACKAGES_FOLDER = "site-packages";
export const TFJS_NODE = { "@tensorflow/tfjs-node": "4.22.0" } as const;
export const INSTALL_COMMAND = "npm run engine -- install tensorflow";

export const installationSchema = z.strictObject({
  formatVersion: z.literal(1),
  tensorflowVersion: z.string().min(1),
  tfjsNodeVersion: z.string().min(1),
  variant: z.enum(["cpu", "cuda"]),
  platform: z.string().min(1),
  architecture: z.string().min(1),
  installedAt: z.iso.datetime(),
  buildSeconds: z.number().nonnegative(),
});
export type TensorflowInstallation = z.infer<typeof installationSchema>;

export type TensorflowState =
  | { usable: true; directory: string; installation: TensorflowInstallation }
  | { usable: false; directory: string; reason: string };

let chosenDirectory: string | null = null;

/** Uses an installation elsewhere than where the environment says. */
export function setTensorflowDirectory(directory: string): void {
  chosenDirectory = path.resolve(directory);
}

export function tensorflowDirectory(): string {
  return chosenDirectory ?? engineDirectory("tensorflow");
}

async function missingFile(directory: string): Promise<string | null> {
  const needed = [path.join(PACKAGES_FOLDER, "tensorflow"), path.join("node_modules", "@tensorflow", "tfjs-node")];
  for (const name of [BINDING_FILE, ...needed])
    if ((await stat(path.join(directory, name)).catch(() => null)) === null) return name;
  return null;
}

/** Looks at an installation without loading it. */
export async function readTensorflow(directory: string = tensorflowDirectory()): Promise<TensorflowState> {
  const refuse = (reason: string): TensorflowState => ({ usable: false, directory, reason });
  const file = path.join(directory, MANIFEST_FILE);
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return refuse(`it is not installed (looked in ${directory})`);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return refuse(`${file} is not JSON`);
  }
  const parsed = installationSchema.safeParse(content);
  if (!parsed.success) return refuse(`${file} is not of this version's format: remove ${directory}`);
  const installation = parsed.data;
  if (installation.platform !== process.platform || installation.architecture !== process.arch)
    return refuse(`${directory} was made for ${installation.platform} ${installation.architecture}`);
  const missing = await missingFile(directory);
  if (missing !== null) return refuse(`${directory} has lost its ${missing}: remove it`);
  return { usable: true, directory, installation };
}
