/** Getting TensorFlow's libraries and C headers from a Python package index: the parts of the wheel that a C program needs. */
import { mkdir, readdir, rm, statfs, symlink } from "node:fs/promises";
import path from "node:path";
import { InstallError, runProcess, tail } from "../libtorch/processes";
import { findPip, findPython } from "../libtorch/wheel";
import { PACKAGES_FOLDER } from "./installation";

/** The release whose C interface the binding was tried with. */
const RELEASE = "==2.21.*";
const DISK_GIB_MIN = { cpu: 3, cuda: 12 } as const;

export type Variant = "cpu" | "cuda";
type Report = (step: string) => void;

/**
 * Unpacks what the binding is compiled and linked with, a tenth of the wheel's files, and prints the wheel's version and the
 * packages of its `and-cuda` extra, one a line.
 */
const UNPACK = `
import re, sys, zipfile
wheel, target = sys.argv[1:3]
wanted = re.compile(r"tensorflow/(libtensorflow|include/(tensorflow/c/|tensorflow/core/platform/ctstring|tsl/platform/ctstring|xla/tsl/c/|tsl/c/))")
with zipfile.ZipFile(wheel) as archive:
    names = archive.namelist()
    archive.extractall(target, [name for name in names if wanted.match(name)])
    metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
    for line in archive.read(metadata).decode().splitlines():
        if line.startswith("Version: "): print("version", line[9:])
        if line.startswith("Requires-Dist: ") and 'extra == "and-cuda"' in line: print("cuda", line[15:].split(";")[0])
`;

/** The package that holds the CPU's build, which on Linux x64 has a name of its own. */
function packageOf(variant: Variant): string {
  const name = variant === "cpu" && process.platform === "linux" && process.arch === "x64" ? "-cpu" : "";
  return `tensorflow${name}${RELEASE}`;
}

function pipError(what: string, output: string): InstallError {
  if (/No matching distribution|Could not find a version/.test(output))
    return new InstallError(
      `pip found no fitting ${what}: is there a network or a package index, and a wheel for this Python and platform?\n${tail(output)}`,
    );
  if (/No space left/.test(output)) return new InstallError(`the disk is full:\n${tail(output, 4)}`);
  return new InstallError(`pip failed:\n${tail(output)}`);
}

async function checkDisk(directory: string, variant: Variant): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = (bavail * bsize) / 2 ** 30;
  if (free < DISK_GIB_MIN[variant])
    throw new InstallError(
      `${directory} has ${free.toFixed(1)} GiB free; fetching and unpacking TensorFlow takes ${DISK_GIB_MIN[variant]} GiB`,
    );
}

/** The GPU's libraries, linked beside TensorFlow's own, where it looks for them when it opens them by name. */
async function linkCudaLibraries(packages: string): Promise<void> {
  const root = path.join(packages, "nvidia");
  for (const part of await readdir(root)) {
    const folder = path.join(root, part, "lib");
    for (const name of await readdir(folder).catch(() => []))
      if (name.includes(".so"))
        await symlink(path.join("..", "nvidia", part, "lib", name), path.join(packages, "tensorflow", name));
  }
}

/**
 * Fetches and unpacks the wheel into `<directory>/site-packages`. `environment` is passed on to pip, which reads its package index
 * and proxies from it. Returns TensorFlow's version. Throws InstallError.
 */
export async function installTensorflowWheel(
  directory: string,
  variant: Variant,
  environment: NodeJS.ProcessEnv,
  report: Report,
): Promise<string> {
  await checkDisk(directory, variant);
  const python = await findPython();
  const [program = python, ...before] = await findPip(python, directory, report);
  const temporary = path.join(directory, "tmp");
  await mkdir(temporary);
  const pip = async (command: string, what: string, ...args: string[]) => {
    const common = ["--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--no-input"];
    const { status, output } = await runProcess(program, [...before, command, ...common, ...args], {
      environment: { ...environment, TMPDIR: temporary },
      onLine: (line) => {
        if (/^\s*(Downloading|Using cached)/.test(line)) report(line.trim());
      },
    });
    if (status !== 0) throw pipError(what, output);
  };
  const name = packageOf(variant);
  report(`fetching ${name}`);
  await pip("download", "TensorFlow", "--dest", temporary, name);
  const wheel = (await readdir(temporary)).find((file) => file.endsWith(".whl"));
  if (wheel === undefined) throw new InstallError("pip fetched no wheel");
  const packages = path.join(directory, PACKAGES_FOLDER);
  report("unpacking its libraries and headers");
  const unpacked = await runProcess(program, ["-c", UNPACK, path.join(temporary, wheel), packages]);
  if (unpacked.status !== 0) throw new InstallError(`the wheel could not be unpacked:\n${tail(unpacked.output)}`);
  const lines = unpacked.output.split("\n");
  const after = (word: string) => lines.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length));
  const cuda = after("cuda ");
  if (variant === "cuda" && cuda.length > 0) {
    report("fetching its CUDA libraries (about 3 GB)");
    await pip("install", "CUDA libraries", "--no-compile", "--target", packages, ...cuda);
    await linkCudaLibraries(packages);
  }
  await rm(temporary, { recursive: true, force: true });
  await rm(path.join(directory, "venv"), { recursive: true, force: true });
  return after("version ")[0] ?? "unknown";
}
