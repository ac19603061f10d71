/** `pairwright-trainer engine list | install`: what can do the arithmetic here, and how to get more. */
import { Argument, type Command } from "commander";
import { ENGINES, type EngineName } from "../engines";
import { InstallError, installLibtorch } from "../engines/libtorch/install";
import { installTensorflow } from "../engines/tensorflow/install";
import { installWebgpu } from "../engines/webgpu/install";
import { type EngineRow, inspectEngine, rowText } from "./engine-list";

const INSTALLABLE = ["libtorch", "webgpu", "tensorflow"] as const satisfies EngineName[];
type Installable = (typeof INSTALLABLE)[number];

interface InstallFlags {
  directory?: string;
}

async function listEngines(): Promise<void> {
  const terminal = process.stdout.isTTY;
  let chosen = false;
  for (const name of ENGINES) {
    const row = await inspectEngine(name, process.env);
    const first: boolean = !chosen && row.available && row.reason === null;
    chosen ||= first;
    process.stdout.write(`${terminal ? rowText(row, first) : JSON.stringify({ ...row, auto: first })}\n`);
  }
}

/** Facts of the installation, for the record. Throws InstallError. */
async function installFiles(name: Installable, flags: InstallFlags): Promise<{ directory: string }> {
  const report = (step: string) => console.error(step);
  const options = { ...flags, compiler: process.env.CXX || "g++", environment: process.env, report };
  if (name === "webgpu") return installWebgpu(options);
  const result = name === "libtorch" ? await installLibtorch(options) : await installTensorflow(options);
  const { installation, check, ...rest } = result;
  return { ...rest, ...installation, ...check };
}

/** Installs, then tries the engine from where it now is. An engine without a device is installed all the same. */
async function installEngine(name: string, flags: InstallFlags): Promise<void> {
  const wanted = INSTALLABLE.find((installable) => installable === name);
  if (wanted === undefined) throw new InstallError(`engine ${name} comes with the npm packages: nothing to install`);
  const facts = await installFiles(wanted, flags);
  const place = { [`PAIRWRIGHT_${name.toUpperCase()}`]: facts.directory };
  const row: EngineRow = await inspectEngine(wanted, { ...process.env, ...place });
  if (!process.stdout.isTTY) process.stdout.write(`${JSON.stringify({ ...facts, engine: row })}\n`);
  else process.stdout.write(`${rowText(row, false)}\n  ${" ".repeat(11)}in ${facts.directory}\n`);
  if (!row.available) console.error(`installed, but it cannot run here yet: ${row.reason}`);
}

/** Adds `engine` to a program. */
export function addEngineCommands(program: Command): void {
  const engine = program.command("engine").description("the engines that do the arithmetic");
  engine
    .command("list")
    .description("show each engine: there or not and why, its device, its measured speed, how to get it")
    .action(listEngines);
  engine
    .command("install")
    .description("install an engine that npm ci does not bring")
    .addArgument(new Argument("<name>", "which").choices(ENGINES))
    .option("--directory <path>", "where to install it; name the same folder in PAIRWRIGHT_<NAME> to use it")
    .action(installEngine);
}
