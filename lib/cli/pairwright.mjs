#!/usr/bin/env node
/** `pairwright`: plain JavaScript so that npm can link it; the commands are TypeScript and run under tsx. Signals and the exit code pass through. */
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "..", "..");
const tsx = pathToFileURL(path.join(root, "node_modules", "tsx", "dist", "esm", "index.mjs")).href;

const child = spawn(process.execPath, ["--import", tsx, path.join(here, "main.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
  // tsx looks for the alias "@/" in the caller's folder otherwise.
  env: { ...process.env, TSX_TSCONFIG_PATH: path.join(root, "tsconfig.json") },
});
child.on("error", (error) => {
  console.error(`error: ${error.message}`);
  process.exit(1);
});
// Ctrl-C reaches the child by itself; it decides how to end.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => signal === "SIGTERM" && child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
