import { afterEach, describe, expect, it, vi } from "vitest";
import { checkTrainable, chooseEngine, ENGINES, EngineError } from "./index";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** As on a machine where nobody installed an engine. */
function installNothing(): void {
  vi.stubEnv("PAIRWRIGHT_HOME", "/nowhere");
  for (const name of ["LIBTORCH", "WEBGPU", "TENSORFLOW"]) vi.stubEnv(`PAIRWRIGHT_${name}`, "");
}

describe("engines", () => {
  it("takes the fastest one present and says why not a faster one", async () => {
    installNothing();
    const { engine, reason } = await chooseEngine();
    expect(engine.name).toBe("onnx");
    expect(reason).toMatch(
      /^onnx: the fastest engine present; not libtorch: it is not installed \(looked in .*nowhere/,
    );
  });

  it("refuses a precision that no engine here computes in, and says so for each", async () => {
    installNothing();
    await expect(chooseEngine("wasm", { precision: "bfloat16" })).rejects.toThrow(
      "engine wasm cannot run here: the wasm engine computes in float32 only, not in bfloat16",
    );
    const refusal = await chooseEngine("auto", { precision: "bfloat16" }).catch((error: Error) => error);
    expect(refusal).toBeInstanceOf(EngineError);
    for (const name of ENGINES) expect(String(refusal)).toContain(`not ${name}: `);
  });

  it("says what was chosen and why, and computes on it", async () => {
    const { engine, reason } = await chooseEngine("wasm");
    expect(reason).toBe("wasm: asked for");
    expect(engine.describe()).toMatchObject({ name: "wasm", backend: "wasm", precision: "float32", threads: 1 });
  });

  it("leaves the process's own error handling alone", async () => {
    const listeners = ["uncaughtException", "unhandledRejection"].map((event) =>
      process.listeners(event as "uncaughtException"),
    );
    await chooseEngine("wasm");
    expect(listeners.flat().some((listener) => String(listener).includes("ExitStatus"))).toBe(false);
  });

  it("refuses by name an engine that does not exist, and a model too large to train", async () => {
    await expect(chooseEngine("abacus" as "wasm")).rejects.toThrow(new EngineError('there is no engine "abacus"'));
    const { engine } = await chooseEngine("wasm");
    expect(() => checkTrainable(engine, 134_515_584)).toThrow(
      /135 million weights; the wasm engine trains at most 50 million/,
    );
    expect(() => checkTrainable(engine, 1_000_000)).not.toThrow();
  });
});
