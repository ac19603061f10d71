#!/usr/bin/env node
/** Starts the trainer's TypeScript under tsx, passes signals on, and ends as it ended. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const main = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
const child = spawn(process.execPath, ["--import", tsx, main, ...process.argv.slice(2)], { stdio: "inherit" });

// Ctrl-C reaches the whole process group by itself; a signal sent to this process alone must be passed on.
process.on("SIGINT", () => {
  if (!process.stdin.isTTY) child.kill("SIGINT");
});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("error", (cause) => {
  console.error(`cannot start node: ${cause.message}`);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
});
