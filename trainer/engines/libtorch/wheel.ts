/** Getting PyTorch from a Python package index with pip, into a folder of its own. */
import { mkdir, rm, statfs } from "node:fs/promises";
import path from "node:path";
import { PACKAGES_FOLDER } from "./installation";
import { InstallError, runProcess, tail } from "./processes";

/** The release the addon is tested with; its minor releases keep the operators' schemas. */
const TORCH = "torch==2.15.*";
/**
 * The Linux wheel is the CUDA build. On a machine without a GPU its libtorch_cpu.so still names these two libraries; everything
 * else that the wheel depends on (3 GB) serves only Python or the GPU.
 */
const CPU_LIBRARIES = ["nvidia-cuda-runtime==13.2.*", "nvidia-cuda-cupti==13.2.*"];
const PYTHON_MINOR_MIN = 10;
const DISK_GIB_MIN = { cpu: 4, cuda: 14 } as const;

export type Variant = "cpu" | "cuda";
type Report = (step: string) => void;

/** Name of the first NVIDIA GPU, or `null`. */
export async function findGpu(): Promise<string | null> {
  const { status, output } = await runProcess("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]);
  const name = output.split("\n")[0]?.trim() ?? "";
  return status === 0 && name !== "" ? name : null;
}

/** A Python of at least 3.10. */
export async function findPython(): Promise<string> {
  const found: string[] = [];
  for (const program of ["python3", "python"]) {
    const { status, output } = await runProcess(program, ["--version"]);
    const version = /Python 3\.(\d+)/.exec(output);
    if (status === 0 && version !== null && Number(version[1]) >= PYTHON_MINOR_MIN) return program;
    if (status === 0) found.push(output.trim());
  }
  const seen = found.length > 0 ? ` (found ${found.join(", ")})` : "";
  throw new InstallError(
    `Python 3.${PYTHON_MINOR_MIN} or newer is needed to fetch PyTorch${seen}. Debian: apt-get install python3 python3-venv`,
  );
}

/** The command that runs pip: from a virtual environment where Python can make one, else Python's own pip. */
export async function findPip(python: string, directory: string, report: Report): Promise<string[]> {
  const environment = path.join(directory, "venv");
  const made = await runProcess(python, ["-m", "venv", environment]);
  if (made.status === 0) {
    const folder = process.platform === "win32" ? "Scripts" : "bin";
    return [path.join(environment, folder, "python"), "-m", "pip"];
  }
  report("this Python cannot make a virtual environment; trying its own pip");
  if ((await runProcess(python, ["-m", "pip", "--version"])).status === 0) return [python, "-m", "pip"];
  throw new InstallError(
    `${python} has neither venv nor pip. Debian: apt-get install python3-venv\n${tail(made.output, 4)}`,
  );
}

/** What pip was asked, in words, when it failed. */
function pipError(output: string): InstallError {
  if (/No matching distribution|Could not find a version/.test(output))
    return new InstallError(
      `pip found no fitting PyTorch: is there a network or a package index, and a wheel for this Python and platform?\n${tail(output)}`,
    );
  if (/No space left/.test(output)) return new InstallError(`the disk is full:\n${tail(output, 4)}`);
  return new InstallError(`pip failed:\n${tail(output)}`);
}

async function checkDisk(directory: string, variant: Variant): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = (bavail * bsize) / 2 ** 30;
  if (free < DISK_GIB_MIN[variant])
    throw new InstallError(
      `${directory} has ${free.toFixed(1)} GiB free; fetching and unpacking PyTorch takes ${DISK_GIB_MIN[variant]} GiB`,
    );
}

/**
 * Installs PyTorch into `<directory>/site-packages`. `environment` is passed on to pip, which reads its package index and proxies
 * from it. Throws InstallError.
 */
export async function installWheel(
  directory: string,
  variant: Variant,
  environment: NodeJS.ProcessEnv,
  report: Report,
): Promise<void> {
  await checkDisk(directory, variant);
  const python = await findPython();
  const pip = await findPip(python, directory, report);
  // pip unpacks in its temporary folder first: on the same disk the rest is a rename.
  const temporary = path.join(directory, "tmp");
  await mkdir(temporary);
  const onCpu = process.platform === "linux" ? [TORCH, ...CPU_LIBRARIES] : [TORCH];
  const packages = variant === "cuda" ? [TORCH] : ["--no-deps", ...onCpu];
  report(
    `fetching ${packages.filter((name) => !name.startsWith("--")).join(", ")}${variant === "cuda" ? " with CUDA libraries (4 GB)" : ""}`,
  );
  const [program = python, ...before] = pip;
  const { status, output } = await runProcess(
    program,
    [
      ...before,
      "install",
      "--target",
      path.join(directory, PACKAGES_FOLDER),
      "--only-binary",
      ":all:",
      "--no-compile",
      "--disable-pip-version-check",
      "--no-input",
      ...packages,
    ],
    {
      environment: { ...environment, TMPDIR: temporary },
      onLine: (line) => {
        if (/^\s*(Downloading|Using cached|Installing collected)/.test(line)) report(line.trim());
      },
    },
  );
  if (status !== 0) throw pipError(output);
  await rm(temporary, { recursive: true, force: true });
  await rm(path.join(directory, "venv"), { recursive: true, force: true });
}

/** The version that `torch/version.py` states, for example "2.15.0+cu132". */
export function parseTorchVersion(versionFile: string): string {
  const version = /^__version__\s*=\s*['"]([^'"]+)['"]/m.exec(versionFile)?.[1];
  if (version === undefined) throw new InstallError("the installed PyTorch does not state its version");
  return version;
}
