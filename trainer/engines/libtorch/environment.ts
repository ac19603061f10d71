/** What the engine takes from the process's environment: where it is installed, and how torch's threads wait. */
import { homedir } from "node:os";
import path from "node:path";
import { coresAreFree } from "../cores";

/** PAIRWRIGHT_LIBTORCH, else below PAIRWRIGHT_HOME, else below the home directory. */
export function libtorchDirectoryOf(environment: NodeJS.ProcessEnv = process.env): string {
  const { PAIRWRIGHT_LIBTORCH: own, PAIRWRIGHT_HOME: home } = environment;
  return path.resolve(own || path.join(home || path.join(homedir(), ".pairwright"), "engines", "libtorch"));
}

/** What libgomp itself takes where nothing is set: about a millisecond. */
const SPINS = "300000";

/** How torch's threads wait, unless the user set it. OpenMP reads this when libtorch is loaded, so it must come before. */
export function chooseThreadWaiting(environment: NodeJS.ProcessEnv = process.env, maySpin = coresAreFree): void {
  if (environment.OMP_WAIT_POLICY !== undefined || environment.GOMP_SPINCOUNT !== undefined) return;
  if (maySpin()) environment.GOMP_SPINCOUNT = SPINS;
  else environment.OMP_WAIT_POLICY = "PASSIVE";
}
