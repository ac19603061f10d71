/**
 * The peers' Python: a private virtual environment with pinned TRL, transformers and PyTorch, made once and never changed. pip
 * takes them from whatever index it is set up for. PyTorch for Python needs all of its wheel's own libraries even on a machine
 * without a GPU (trainer/LOG.md), about 6 GB installed.
 */
import { mkdir, readFile, rename, rm, statfs, writeFile } from "node:fs/promises";
import path from "node:path";
import { runProcess, tail } from "../engines/libtorch/processes";
import { BenchError } from "./errors";

export const PEER_PACKAGES = ["torch==2.15.*", "transformers==5.23.*", "trl==1.16.0", "accelerate==1.15.*"] as const;
/** Written last: a folder without it is not a finished environment. */
const MARKER = "pairwright-peer.json";
const DISK_GIB_MIN = 12;

export interface PeerEnvironment {
  python: string;
  versions: Record<string, string>;
}

const VERSIONS_PROGRAM = [
  "import json, torch, transformers, trl, accelerate",
  "print(json.dumps({m.__name__: m.__version__ for m in (torch, transformers, trl, accelerate)}))",
].join("\n");

/** Versions that a Python has; null where one of the packages does not import. */
async function versionsOf(python: string): Promise<Record<string, string> | null> {
  const { status, output } = await runProcess(python, ["-c", VERSIONS_PROGRAM]);
  const line = output.trimEnd().split("\n").pop() ?? "";
  if (status !== 0 || !line.startsWith("{")) return null;
  return JSON.parse(line) as Record<string, string>;
}

async function pip(python: string, packages: readonly string[], temporary: string): Promise<void> {
  const args = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", ...packages];
  const { status, output } = await runProcess(python, args, { environment: { ...process.env, TMPDIR: temporary } });
  if (status !== 0) throw new BenchError(`pip could not install ${packages.join(", ")}:\n${tail(output)}`);
}

async function install(directory: string, report: (line: string) => void): Promise<void> {
  await mkdir(path.dirname(directory), { recursive: true });
  const { bavail, bsize } = await statfs(path.dirname(directory));
  const free = (bavail * bsize) / 2 ** 30;
  if (free < DISK_GIB_MIN)
    throw new BenchError(`${directory}: ${free.toFixed(1)} GiB free, the peers' environment takes ${DISK_GIB_MIN} GiB`);
  // A virtual environment may not be moved after it was made, so the marker and not the name says that it is whole.
  await rm(directory, { recursive: true, force: true });
  report(`making the peers' environment in ${directory}`);
  const made = await runProcess("python3", ["-m", "venv", directory]);
  if (made.status !== 0)
    throw new BenchError(
      `python3 cannot make a virtual environment (Debian: apt-get install python3-venv):\n${tail(made.output)}`,
    );
  const temporary = path.join(directory, "tmp");
  await mkdir(temporary);
  report(`fetching ${PEER_PACKAGES.join(", ")} (about 6 GB installed)`);
  await pip(path.join(directory, "bin", "python"), PEER_PACKAGES, temporary);
  await rm(temporary, { recursive: true, force: true });
}

/**
 * The environment in `directory`, made there when it is absent. `existing` names one that somebody else made; it is checked and
 * left as it is. Throws BenchError.
 */
export async function peerEnvironment(
  directory: string,
  existing: string | null,
  report: (line: string) => void,
): Promise<PeerEnvironment> {
  if (existing !== null) {
    const python = path.join(existing, "bin", "python");
    const versions = await versionsOf(python);
    if (versions === null) throw new BenchError(`${python} has no working torch, transformers, trl and accelerate`);
    return { python, versions };
  }
  const python = path.join(directory, "bin", "python");
  const marker = path.join(directory, MARKER);
  const finished = await readFile(marker, "utf8").catch(() => null);
  if (finished !== null && (JSON.parse(finished) as { packages: string[] }).packages.join() === PEER_PACKAGES.join())
    return { python, versions: (JSON.parse(finished) as PeerEnvironment).versions };
  await install(directory, report);
  const versions = await versionsOf(python);
  if (versions === null) throw new BenchError(`${directory}: the packages were installed but do not import`);
  await writeFile(`${marker}.new`, JSON.stringify({ packages: PEER_PACKAGES, versions }));
  await rename(`${marker}.new`, marker);
  return { python, versions };
}
