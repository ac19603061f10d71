/** Builds the addon with one compiler run, and checks it in a process of its own. */
import { readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { NATIVE_SOURCES, nativeFiles, PACKAGES_FOLDER } from "./installation";
import { InstallError, runProcess, tail } from "./processes";

const SELF_CHECK = fileURLToPath(new URL("./self-check.mjs", import.meta.url));
/** Node's own headers are not on every machine that has Node; this package is them. */
const NODE_API_HEADERS = path.join(path.dirname(createRequire(import.meta.url).resolve("node-api-headers")), "include");
const GCC_MAJOR_MIN = 10;

/** Throws where there is no C++20 compiler. Returns its version line. */
export async function checkCompiler(compiler: string): Promise<string> {
  const { status, output } = await runProcess(compiler, ["--version"]);
  if (status !== 0)
    throw new InstallError(
      `there is no C++ compiler "${compiler}". Install one (Debian: apt-get install g++; macOS: xcode-select --install) or name one in CXX`,
    );
  const line = output.split("\n")[0] ?? "";
  const gcc = /^(?:g\+\+|gcc).*? (\d+)\.\d+/.exec(line);
  if (gcc !== null && Number(gcc[1]) < GCC_MAJOR_MIN)
    throw new InstallError(`${line}: too old, C++20 needs g++ ${GCC_MAJOR_MIN} or newer`);
  return line;
}

/** Instructions of the machine that builds: the addon runs there alone (`processor` in the manifest). */
const OWN_PROCESSOR = process.arch === "arm64" ? "-mcpu=native" : "-march=native";

/** The OpenMP runtime that torch brings (Linux): ours must be the same one, or two pools of threads would fight for the cores. */
async function openMpOf(torchLibraries: string): Promise<string | undefined> {
  return (await readdir(torchLibraries)).find((name) => /^libgomp.*\.so/.test(name));
}

/** Compiles the sources against the PyTorch in `<directory>/site-packages` into `output`, a file directly in `directory`. */
export async function buildAddon(
  directory: string,
  output: string,
  variant: "cpu" | "cuda",
  compiler: string,
): Promise<void> {
  const torch = path.join(directory, PACKAGES_FOLDER, "torch");
  const libraries = path.join(torch, "lib");
  const mac = process.platform === "darwin";
  const origin = mac ? "@loader_path" : "$ORIGIN";
  const openMp = await openMpOf(libraries);
  const sources = (await nativeFiles()).filter((name) => name.endsWith(".cc")).sort();
  // All sources as one: torch's headers are nearly all there is to compile, and a file of its own each would read them again.
  const together = `${output}.cc`;
  const object = `${output}.o`;
  const compile = [
    ...["-O3", OWN_PROCESSOR, "-std=c++20", "-fPIC", "-fvisibility=hidden", "-c"],
    // at::parallel_for is a template that shares out work only where OpenMP is on; without it, vector instructions in marked loops alone.
    ...[openMp === undefined ? "-fopenmp-simd" : "-fopenmp", "-fno-math-errno", "-fno-trapping-math"],
    `-I${NODE_API_HEADERS}`,
    ...["-isystem", path.join(torch, "include")],
    ...["-isystem", path.join(torch, "include", "torch", "csrc", "api", "include")],
    ...[together, "-o", object],
  ];
  const link = [
    ...["-shared", object, "-o", output, `-L${libraries}`],
    // Relative to the addon, so that a finished installation can be renamed into place.
    `-Wl,-rpath,${origin}/${PACKAGES_FOLDER}/torch/lib`,
    // libtorch registers its operators when it loads, so it must be linked although no symbol of it is named.
    mac ? "-Wl,-undefined,dynamic_lookup" : "-Wl,--no-as-needed",
    ...["-ltorch_cpu", "-lc10"],
    ...(openMp === undefined ? [] : [`-l:${openMp}`]),
    ...(variant === "cuda" ? ["-ltorch"] : []),
  ];
  try {
    await writeFile(together, sources.map((name) => `#include "${path.join(NATIVE_SOURCES, name)}"\n`).join(""));
    for (const [step, args] of [
      ["compile", compile],
      ["link", link],
    ] as const) {
      const { status, output: messages } = await runProcess(compiler, args);
      if (status !== 0) throw new InstallError(`the addon did not ${step}:\n${tail(messages)}`);
    }
  } finally {
    await rm(together, { force: true });
    await rm(object, { force: true });
  }
}

const selfCheckSchema = z.strictObject({
  device: z.enum(["cpu", "cuda"]),
  threads: z.number().int().positive(),
  matmulGflops: z.number().positive(),
});
export type SelfCheck = z.infer<typeof selfCheckSchema>;

/** Loads an addon in a child process, multiplies matrices with it and measures. Throws InstallError where it fails. */
export async function selfCheck(addon: string): Promise<SelfCheck> {
  const { status, output } = await runProcess(process.execPath, [SELF_CHECK, addon]);
  if (status !== 0) throw new InstallError(`the built addon does not work:\n${tail(output)}`);
  return selfCheckSchema.parse(JSON.parse(output.trimEnd().split("\n").pop() ?? ""));
}
