import { describe, expect, it } from "vitest";
import { checkTrainable, chooseEngine, EngineError } from "./index";

describe("engines", () => {
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
