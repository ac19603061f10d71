import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type EngineRow, inspectEngine, rowText } from "./engine-list";

const root = mkdtempSync(path.join(tmpdir(), "engine-list-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
/** Nothing is installed there. */
const environment = {
  ...process.env,
  PAIRWRIGHT_HOME: root,
  PAIRWRIGHT_LIBTORCH: "",
  PAIRWRIGHT_WEBGPU: "",
  PAIRWRIGHT_TENSORFLOW: "",
};

/** An installed webgpu engine whose `webgpu` package runs `program` when it is loaded. */
function brokenWebgpu(name: string, program: string): NodeJS.ProcessEnv {
  const directory = path.join(root, name);
  const packages = path.join(directory, "node_modules");
  const architecture = process.platform === "darwin" ? "universal" : process.arch;
  const binaries = path.join(packages, "webgpu", "dist", `${process.platform}-${architecture}`);
  mkdirSync(binaries, { recursive: true });
  mkdirSync(path.join(packages, "@tensorflow", "tfjs-backend-webgpu"), { recursive: true });
  const manifest = JSON.stringify({ name: "webgpu", version: "0.6.2", type: "module" });
  writeFileSync(path.join(packages, "webgpu", "package.json"), manifest);
  writeFileSync(path.join(packages, "webgpu", "index.js"), program);
  writeFileSync(path.join(binaries, "dawn.node"), "");
  writeFileSync(path.join(packages, "@tensorflow", "tfjs-backend-webgpu", "package.json"), '{"version":"4.22.0"}');
  writeFileSync(path.join(directory, "installed.json"), "{}");
  return { ...environment, PAIRWRIGHT_WEBGPU: directory };
}

describe("engine list", () => {
  it("measures an engine that is there", async () => {
    const row = await inspectEngine("wasm", environment);
    expect(row).toMatchObject({ name: "wasm", available: true, reason: null, device: "cpu", threads: 1, get: null });
    expect(row.matmulGflops.float32).toBeGreaterThan(0);
    expect(row.matmulGflops.bfloat16).toBeNull();
    expect(row.versions).toMatchObject({ "tfjs-backend-wasm": "4.22.0" });
  });

  it.each(["libtorch", "webgpu", "tensorflow"] as const)("says why %s is not there and what to run", async (name) => {
    const row = await inspectEngine(name, environment);
    expect(row).toMatchObject({ available: false, device: null, get: `npm run engine -- install ${name}` });
    expect(row.reason).toBe(`it is not installed (looked in ${path.join(root, "engines", name)})`);
  });

  it("outlives a native library that ends its process, and names the signal", async () => {
    const row = await inspectEngine("webgpu", brokenWebgpu("crashing", 'process.kill(process.pid, "SIGSEGV");'));
    expect(row).toMatchObject({ available: false, reason: expect.stringContaining("SIGSEGV"), device: null });
  });

  it("reports a package that does not load", async () => {
    const row = await inspectEngine("webgpu", brokenWebgpu("throwing", 'throw new Error("wrong glibc");'));
    expect(row).toMatchObject({ available: false, reason: "webgpu did not start: wrong glibc" });
  });

  it("shows a row on a terminal with its figures, its reason and its command", () => {
    const row: EngineRow = {
      name: "libtorch",
      available: true,
      reason: null,
      device: "cuda:0 NVIDIA H100",
      threads: 16,
      matmulGflops: { float32: 51_200, bfloat16: 702_000 },
      versions: { torch: "2.15.0" },
      get: null,
    };
    expect(rowText(row, true).split("\n")).toEqual([
      "● libtorch   PyTorch's C++ library: CPU or CUDA   <- auto",
      "             cuda:0 NVIDIA H100, 16 threads: f32 51200 GFLOP/s, bf16 702000 GFLOP/s",
      "             torch 2.15.0",
    ]);
    const absent = {
      ...row,
      available: false,
      reason: "it is not installed",
      get: "npm run engine -- install libtorch",
    };
    expect(rowText(absent, false).split("\n").slice(1)).toEqual([
      "             not there: it is not installed",
      "             get it:    npm run engine -- install libtorch",
    ]);
  });
});
