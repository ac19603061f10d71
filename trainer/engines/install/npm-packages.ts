/** npm packages of one engine in a folder of their own: too large, or too awkward to install, for everybody's node_modules. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { InstallError, runProcess, tail } from "../libtorch/processes";

/** The npm that started us, the one beside this Node, or the one on the path. */
function npmCommand(environment: NodeJS.ProcessEnv): [string, ...string[]] {
  const bin = path.dirname(process.execPath);
  const script = path.join("node_modules", "npm", "bin", "npm-cli.js");
  const own = environment.npm_execpath;
  const candidates = [...(own?.endsWith("npm-cli.js") ? [own] : []), path.join(bin, script)];
  const found = [...candidates, path.join(bin, "..", "lib", script)].find((file) => existsSync(file));
  return found === undefined ? ["npm"] : [process.execPath, found];
}

export interface NpmPackages {
  /** Exact versions by name. */
  dependencies: Record<string, string>;
  /** Dependencies that are not wanted; an empty package stands in for each. */
  without: readonly string[];
}

const EMPTY_PACKAGE = "npm:empty-npm-package@1.0.0";

/** Installs into `<directory>/node_modules`, running no package's scripts. Throws InstallError. */
export async function installNpmPackages(
  directory: string,
  { dependencies, without }: NpmPackages,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const overrides = Object.fromEntries(without.map((name) => [name, EMPTY_PACKAGE]));
  const manifest = { private: true, dependencies, overrides };
  await writeFile(path.join(directory, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const [program, ...before] = npmCommand(environment);
  const args = ["install", "--prefix", directory, "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"];
  // As a child of `npm run`, npm would otherwise take the outer project's settings for its own.
  const own = Object.entries(environment).filter(
    ([name]) => !/^npm_(package|lifecycle|config_local_prefix)/.test(name),
  );
  const { status, output } = await runProcess(program, [...before, ...args], {
    environment: Object.fromEntries(own) as NodeJS.ProcessEnv,
  });
  if (status === null) throw new InstallError(`npm could not be started: ${output}`);
  if (status !== 0)
    throw new InstallError(`npm could not fetch ${Object.keys(dependencies).join(", ")}:\n${tail(output)}`);
}
