/** Playwright's global setup: the real `npm start` on a temporary home; the clean-up stops it and checks that it stopped well. */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const START_MINUTES_MAX = 8;

export default async function startServer(): Promise<() => Promise<void>> {
  const home = String(process.env.PAIRWRIGHT_E2E_HOME);
  const port = String(process.env.PAIRWRIGHT_E2E_PORT);
  mkdirSync(home, { recursive: true });
  chmodSync(home, 0o711);
  const logFile = path.join(home, "start.log");
  const log = openSync(logFile, "a");
  const { DATABASE_URL: _ignored, ...inherited } = process.env;
  const server = spawn(process.execPath, [path.join(ROOT, "lib", "cli", "start.mjs")], {
    cwd: ROOT,
    stdio: ["ignore", log, log],
    env: {
      ...inherited,
      NODE_ENV: "production",
      PAIRWRIGHT_HOME: home,
      HOST: "127.0.0.1",
      PORT: port,
      DEMO_MODEL: "off",
    },
  });
  let ended: number | string | undefined;
  server.on("exit", (code, signal) => {
    ended = signal ?? code ?? "unknown";
  });
  const stop = async () => {
    if (ended === undefined) {
      const exit = new Promise<void>((resolve) => server.once("exit", () => resolve()));
      server.kill("SIGTERM");
      await exit;
    }
    const text = readFileSync(logFile, "utf8");
    rmSync(home, { recursive: true, force: true });
    if (ended !== 0) throw new Error(`npm start ended with ${ended}:\n${text.split("\n").slice(-30).join("\n")}`);
  };
  const end = Date.now() + START_MINUTES_MAX * 60_000;
  while (ended === undefined && Date.now() < end) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return stop;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const text = readFileSync(logFile, "utf8");
  await stop().catch(() => undefined);
  throw new Error(`The server was not ready in time:\n${text.split("\n").slice(-40).join("\n")}`);
}
