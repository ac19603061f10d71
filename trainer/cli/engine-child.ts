/** The process in which `engine list` tries one engine: `engine-child.ts NAME`. */
import { ENGINES } from "../engines";
import { measureEngine } from "./engine-measure";

const name = ENGINES.find((engine) => engine === process.argv[2]);
if (name === undefined) throw new Error(`one of ${ENGINES.join(", ")} is needed`);
await measureEngine(name).catch((error: Error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
