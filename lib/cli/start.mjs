/**
 * `npm start` begins here, before anything is installed: plain JavaScript, no dependency. Checks Node, installs the packages when
 * they are missing or older than the lock file, then hands over to supervisor.ts and passes signals on.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const NODE_NEEDED = [20, 9];

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1])) return;
  console.error(
    `Pairwright needs Node ${NODE_NEEDED.join(".")} or newer; this is ${process.versions.node}. Install the current LTS of Node and run npm start again.`,
  );
  process.exit(1);
}

const lockFile = path.join(root, "package-lock.json");
const marker = path.join(root, "node_modules", ".pairwright-lock-sha256");
const lockHash = () => createHash("sha256").update(readFileSync(lockFile)).digest("hex");

/** npm writes node_modules/.package-lock.json last, so an install cut short does not count. */
function isInstalled() {
  const installed = path.join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  if (existsSync(marker) && readFileSync(marker, "utf8").trim() === lockHash()) return true;
  return statSync(installed).mtimeMs >= statSync(lockFile).mtimeMs;
}

function install() {
  return new Promise((resolve) => {
    const begun = Date.now();
    const seconds = () => `${((Date.now() - begun) / 1000).toFixed(0)} s`;
    const label = "installing packages (npm ci)";
    if (!process.stdout.isTTY) console.log(`- ${label} ...`);
    const timer = setInterval(() => {
      if (process.stdout.isTTY) process.stdout.write(`\r- ${label} ... ${seconds()} `);
    }, 500);
    const npm = process.env.npm_execpath;
    const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund"];
    // onnxruntime-node's install script would fetch a CUDA library; the CPU one is in its package.
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" };
    const options = { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] };
    const child = npm?.endsWith("js")
      ? spawn(process.execPath, [npm, ...args], options)
      : spawn("npm", args, { ...options, shell: process.platform === "win32" });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => (output += error.message));
    child.on("close", (code) => {
      clearInterval(timer);
      if (process.stdout.isTTY) process.stdout.write("\r");
      if (code === 0) {
        writeFileSync(marker, `${lockHash()}\n`);
        console.log(`- ${label}: done in ${seconds()}`);
        return resolve();
      }
      console.error(
        `${output.trimEnd().split("\n").slice(-30).join("\n")}\n\nInstalling the packages failed (npm ci).`,
      );
      process.exit(1);
    });
  });
}

checkNode();
if (!isInstalled()) await install();

// The channel tells the supervisor when this process is gone, however it ended.
const tsx = pathToFileURL(path.join(root, "node_modules", "tsx", "dist", "esm", "index.mjs")).href;
const supervisor = spawn(
  process.execPath,
  ["--import", tsx, path.join(root, "lib", "cli", "supervisor.ts"), ...process.argv.slice(2)],
  { stdio: ["inherit", "inherit", "inherit", "ipc"], env: process.env },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => supervisor.kill(signal));
supervisor.on("error", (error) => {
  console.error(`The supervisor did not start: ${error.message}`);
  process.exit(1);
});
supervisor.on("exit", (code, signal) => {
  if (signal) console.error(`The supervisor was ended by ${signal}. Run npm start again: it takes over what was left.`);
  process.exit(code ?? 1);
});
