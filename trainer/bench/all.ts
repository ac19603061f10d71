/**
 * `npm run bench:all -- --out FILE`: every figure of docs/benchmarks.md, one JSON line a case, into one file. Flags that it does not
 * know go to each `bench:trainer` (--peer-env, --base, --data, --home, --threads). A step that fails is named at the end and the others go on.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Command } from "commander";
import { benchPlan, fittingSteps, type PlanStep } from "./plan";

interface AllFlags {
  out: string;
  brief: boolean;
  minutes: string;
  steps?: string[];
  list: boolean;
}

const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

function run(args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", TSX, MAIN, ...args], { stdio: "inherit" });
    process.once("SIGTERM", () => child.kill("SIGTERM"));
    child.on("error", () => resolve(null));
    child.on("exit", resolve);
  });
}

function chosenSteps({ brief, minutes, steps }: AllFlags): PlanStep[] {
  const all = benchPlan({ brief });
  const unknown = steps?.filter((name) => !all.some((step) => step.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`there is no step ${unknown.join(", ")}; --list names them`);
  if (steps) return all.filter(({ name }) => steps.includes(name));
  return fittingSteps(all, Number(minutes), { brief });
}

const program = new Command("bench:all")
  .description("Every figure of docs/benchmarks.md into one file.")
  .allowUnknownOption()
  .argument("[flags...]", "passed on to bench:trainer")
  .option("--out <file>", "JSON lines are appended there", "bench-results.jsonl")
  .option("--brief", "16 timed pairs instead of 64", false)
  .option("--minutes <n>", "only steps that fit", "1000")
  .option("--steps <names...>", "only these steps")
  .option("--list", "say what would run", false)
  .parse();
const flags = program.opts<AllFlags>();
const failed: string[] = [];
for (const { name, args, minutes } of chosenSteps(flags)) {
  const expected = flags.brief ? minutes.brief : minutes.full;
  process.stderr.write(`== ${name} (about ${expected} minutes): bench:trainer ${args.join(" ")}\n`);
  if (flags.list) continue;
  // The plan's own flags come last: they say what the step measures.
  if ((await run([...program.args, "--out", flags.out, ...args])) !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
