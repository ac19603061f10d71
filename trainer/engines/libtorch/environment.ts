/** What the engine takes from the process's environment: where it is installed, and how torch's threads wait. */
import { homedir } from "node:os";
import path from "node:path";

/** PAIRWRIGHT_LIBTORCH, else below PAIRWRIGHT_HOME, else below the home directory. */
export function libtorchDirectoryOf(environment: NodeJS.ProcessEnv = process.env): string {
  const { PAIRWRIGHT_LIBTORCH: own, PAIRWRIGHT_HOME: home } = environment;
  return path.resolve(own || path.join(home || path.join(homedir(), ".pairwright"), "engines", "libtorch"));
}

/**
 * Lets torch's threads sleep while they wait, unless the user set otherwise. OpenMP reads this when libtorch is loaded, so it must
 * come before. Spinning threads starve each other where other work shares the cores: 15 s against 1.3 s for the same numbers.
 */
export function letThreadsSleep(environment: NodeJS.ProcessEnv = process.env): void {
  environment.OMP_WAIT_POLICY ??= "PASSIVE";
}
