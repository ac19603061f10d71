/** Builds tfjs-node's binding, its C++ sources unchanged, against the wheel's libraries, and checks it in a process of its own. */
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { InstallError, runProcess, tail } from "../libtorch/processes";
import { BINDING_FILE, PACKAGES_FOLDER } from "./installation";

const SELF_CHECK = fileURLToPath(new URL("./self-check.mjs", import.meta.url));
/** Node's own headers are not on every machine that has Node; this package is them. */
const NODE_API_HEADERS = path.join(path.dirname(createRequire(import.meta.url).resolve("node-api-headers")), "include");

/** File names of the two libraries, for example `libtensorflow_cc.so.2` or `libtensorflow_cc.2.dylib`. */
async function libraries(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return ["libtensorflow_cc.", "libtensorflow_framework."].map((prefix) => {
    const found = names.find((name) => name.startsWith(prefix));
    if (found === undefined) throw new InstallError(`the TensorFlow wheel has no ${prefix}*`);
    return path.join(folder, found);
  });
}

/** Compiles `<directory>/tfjs_binding.node`. It names the libraries relative to itself, so that the folder can be moved. */
export async function buildBinding(directory: string, compiler: string): Promise<void> {
  const tensorflow = path.join(directory, PACKAGES_FOLDER, "tensorflow");
  const sources = path.join(directory, "node_modules", "@tensorflow", "tfjs-node", "binding");
  const origin = process.platform === "darwin" ? "@loader_path" : "$ORIGIN";
  const args = [
    "-O2",
    "-std=c++17",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-DNAPI_VERSION=8",
    `-I${NODE_API_HEADERS}`,
    "-isystem",
    path.join(tensorflow, "include"),
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => path.join(sources, name)),
    "-o",
    path.join(directory, BINDING_FILE),
    ...(await libraries(tensorflow)),
    `-Wl,-rpath,${origin}/${PACKAGES_FOLDER}/tensorflow`,
    ...(process.platform === "darwin" ? ["-Wl,-undefined,dynamic_lookup"] : []),
  ];
  const { status, output } = await runProcess(compiler, args);
  if (status !== 0) throw new InstallError(`the binding did not compile:\n${tail(output)}`);
}

const selfCheckSchema = z.strictObject({ tensorflowVersion: z.string(), gpu: z.boolean() });
export type SelfCheck = z.infer<typeof selfCheckSchema>;

/** Loads the binding in a child process and opens TensorFlow's runtime. Throws InstallError where that fails. */
export async function selfCheck(directory: string): Promise<SelfCheck> {
  const { status, output } = await runProcess(process.execPath, [SELF_CHECK, path.join(directory, BINDING_FILE)]);
  if (status !== 0) throw new InstallError(`the built binding does not work:\n${tail(output)}`);
  return selfCheckSchema.parse(JSON.parse(output.trimEnd().split("\n").pop() ?? ""));
}
