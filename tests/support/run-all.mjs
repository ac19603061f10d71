/**
 * `npm test` and `npm run verify`: runs every stage, sums what the runners report in JSON, and prints `N passed, N failed` last.
 * A runner that crashes, or a stage that finds no test, counts as a failure.
 *
 *   npm test                        everything
 *   npm test -- unit integration    some stages
 *   npm run verify                  types, lint, unit: no database, under a minute
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const reports = mkdtempSync(path.join(tmpdir(), "pairwright-reports-"));
const STAGE_MINUTES_MAX = 35;
const running = new Set();

const node = (...args) => [process.execPath, ...args];
const bin = (name, ...args) => node(path.join(root, "node_modules", ...name), ...args);

/** Runs one program with its output on our terminal. @returns its exit code; 124 when it took too long. */
function run([file, ...args], env = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
    running.add(child);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGKILL"), 10_000).unref();
    }, STAGE_MINUTES_MAX * 60_000);
    const end = (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve(late ? 124 : code);
    };
    child.on("error", (error) => {
      console.error(error.message);
      end(127);
    });
    child.on("exit", (code) => end(code ?? 128));
  });
}

const result = () => ({ passed: 0, failed: 0, skipped: 0, failures: [], unsteady: [] });

function fail(sum, text) {
  sum.failed += 1;
  sum.failures.push(text);
}

/** A check without tests of its own counts as one test. */
async function single(name, command, env) {
  const sum = result();
  const code = await run(command, env);
  if (code === 0) sum.passed = 1;
  else fail(sum, `${name} (exit code ${code})`);
  return sum;
}

/** The verdict on a runner: its own failures, else a crash, else an empty run. */
function judge(sum, name, code) {
  if (code !== 0 && sum.failed === 0) fail(sum, `${name}: the runner ended with code ${code}`);
  if (sum.passed + sum.failed + sum.skipped === 0) fail(sum, `${name}: no test was found`);
  return sum;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

async function vitest(project) {
  const file = path.join(reports, `${project}.json`);
  const code = await run(
    bin(
      ["vitest", "vitest.mjs"],
      "run",
      "--project",
      project,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ),
  );
  const sum = result();
  for (const suite of readReport(file)?.testResults ?? []) {
    const where = path.relative(root, suite.name);
    for (const test of suite.assertionResults) {
      if (test.status === "passed") sum.passed += 1;
      else if (test.status === "failed") fail(sum, `${where}: ${test.fullName}`);
      else sum.skipped += 1;
    }
    if (suite.status === "failed" && !suite.assertionResults.some((test) => test.status === "failed"))
      fail(sum, `${where}: ${(suite.message || "could not be run").split("\n")[0]}`);
  }
  return judge(sum, project, code);
}

function* specs(suite, titles = []) {
  for (const spec of suite.specs ?? []) yield { spec, title: [...titles, spec.title].join(" > ") };
  for (const inner of suite.suites ?? []) yield* specs(inner, [...titles, inner.title]);
}

async function playwright() {
  const file = path.join(reports, "e2e.json");
  const command = bin(["@playwright", "test", "cli.js"], "test", "--reporter=list,json");
  const code = await run(command, { PLAYWRIGHT_JSON_OUTPUT_NAME: file });
  const report = readReport(file);
  const sum = result();
  for (const { spec, title } of specs({ suites: report?.suites ?? [] }))
    for (const test of spec.tests) {
      if (test.status === "expected" || test.status === "flaky") sum.passed += 1;
      else if (test.status === "skipped") sum.skipped += 1;
      else fail(sum, title);
      if (test.status === "flaky") sum.unsteady.push(title);
    }
  for (const error of report?.errors ?? []) fail(sum, `e2e: ${(error.message ?? "error").split("\n")[0]}`);
  return judge(sum, "e2e", code);
}

/** Next's generated type files are not committed; the type check needs them. */
async function types() {
  if (!existsSync(path.join(root, "next-env.d.ts"))) {
    const code = await run(bin(["next", "dist", "bin", "next"], "typegen"), { NEXT_TELEMETRY_DISABLED: "1" });
    if (code !== 0) return single("types: next typegen", node("-e", `process.exit(${code})`));
  }
  return single("types", bin(["typescript", "bin", "tsc"], "--noEmit", "-p", "tsconfig.json"));
}

async function chaos() {
  const main = path.join(root, "tests", "chaos", "main.ts");
  if (!existsSync(main)) return undefined;
  return single("chaos", node("--import", "tsx", main, "--short"));
}

const STAGES = {
  types,
  lint: () => single("lint", bin(["@biomejs", "biome", "bin", "biome"], "check", "--max-diagnostics=50", ".")),
  unit: () => vitest("unit"),
  parity: () => vitest("parity"),
  integration: () => vitest("integration"),
  e2e: playwright,
  chaos,
};

function chosenStages(args) {
  if (args.includes("--verify")) return ["types", "lint", "unit"];
  const names = args.filter((arg) => !arg.startsWith("-"));
  const unknown = names.filter((name) => !(name in STAGES));
  if (unknown.length === 0) return names.length > 0 ? names : Object.keys(STAGES);
  console.error(`No such stage: ${unknown.join(", ")}. Stages: ${Object.keys(STAGES).join(", ")}`);
  process.exit(2);
}

for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    for (const child of running) child.kill(signal);
    rmSync(reports, { recursive: true, force: true });
    process.exit(130);
  });

const total = result();
const lines = [];
for (const name of chosenStages(process.argv.slice(2))) {
  const begun = Date.now();
  console.log(`\n== ${name}`);
  const sum = await STAGES[name]();
  if (!sum) continue;
  for (const key of ["passed", "failed", "skipped"]) total[key] += sum[key];
  total.failures.push(...sum.failures);
  total.unsteady.push(...sum.unsteady);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  lines.push(`${name.padEnd(12)} ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped in ${seconds} s`);
}
rmSync(reports, { recursive: true, force: true });
if (total.passed + total.failed === 0) fail(total, "no test ran");
console.log(`\n${lines.join("\n")}`);
const list = (heading, texts) => texts.length > 0 && console.log(`\n${heading}\n  ${texts.join("\n  ")}`);
list("Passed at the second attempt only:", total.unsteady);
list("Failed:", total.failures);
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = total.failed === 0 ? 0 : 1;
