/** What the engines take from the process's environment: where their installed parts are. */
import { homedir } from "node:os";
import path from "node:path";
import type { EngineName } from "./engine";

/** PAIRWRIGHT_<ENGINE>, else below PAIRWRIGHT_HOME, else below the home directory. */
export function engineDirectory(name: EngineName, environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment[`PAIRWRIGHT_${name.toUpperCase()}`];
  const home = environment.PAIRWRIGHT_HOME || path.join(homedir(), ".pairwright");
  return path.resolve(own || path.join(home, "engines", name));
}

/** Keeps TensorFlow's notes about CPU features off the terminal, unless the user asked for them. It reads this when it loads. */
export function quietTensorflow(environment: NodeJS.ProcessEnv = process.env): void {
  environment.TF_CPP_MIN_LOG_LEVEL ??= "2";
}
