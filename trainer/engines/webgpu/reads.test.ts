import { describe, expect, it } from "vitest";
import { installReads, type WebgpuBackend } from "./reads";

type MapState = "unmapped" | "pending" | "mapped";

/** A backend with one tensor whose buffer becomes readable after `turns` callbacks, as Dawn makes it; never, when `turns` is null. */
function backendOf(values: number[], turns: number | null) {
  const log: string[] = [];
  const staging = {
    size: values.length * 4,
    mapState: "unmapped" as MapState,
    mapAsync: () => {
      staging.mapState = "pending";
      let left = turns ?? 1;
      const turn = () => {
        left -= 1;
        if (left > 0) setImmediate(turn);
        else if (turns !== null) staging.mapState = "mapped";
      };
      setImmediate(turn);
      return turns === null ? Promise.reject(new Error("lost")) : new Promise<void>(() => {});
    },
    getMappedRange: () => Float32Array.from(values).buffer,
    unmap: () => {
      staging.mapState = "unmapped";
    },
  };
  const tensors = new Map<object, { values: Float32Array | null; dtype: string; resource: object }>();
  const onGpu = {};
  const onHost = {};
  tensors.set(onGpu, { values: null, dtype: "float32", resource: { size: values.length * 4 } });
  tensors.set(onHost, { values: new Float32Array([7]), dtype: "float32", resource: {} });
  const backend = {
    tensorMap: tensors,
    bufferManager: { acquireBuffer: () => staging, releaseBuffer: () => log.push("released") },
    commandEncoder: { copyBufferToBuffer: () => log.push("copied") },
    ensureCommandEncoderReady: () => {},
    endComputePassEncoder: () => {},
    submitQueue: () => log.push("submitted"),
    readSync: (dataId: object) => tensors.get(dataId)?.values ?? null,
    read: async () => new Float32Array(),
  };
  return { backend: backend as unknown as WebgpuBackend, onGpu, onHost, log };
}

describe("reads of the webgpu engine", () => {
  it("waits for the GPU without leaving the function, and leaves the event loop as it was", async () => {
    const { backend, onGpu, log } = backendOf([1, -2, 3.5], 200);
    installReads(backend, () => {});
    const before = globalThis.setImmediate;
    expect([...(backend.readSync(onGpu) as Float32Array)]).toEqual([1, -2, 3.5]);
    expect(log).toEqual(["copied", "submitted", "released"]);
    expect(globalThis.setImmediate).toBe(before);
    expect([...((await backend.read(onGpu)) as Float32Array)]).toEqual([1, -2, 3.5]);
  });

  it("gives what the host holds without asking the GPU", () => {
    const { backend, onHost, log } = backendOf([1], 1);
    installReads(backend, () => {});
    expect([...(backend.readSync(onHost) as Float32Array)]).toEqual([7]);
    expect(log).toEqual([]);
  });

  it("lets no value out after the GPU failed, also when it failed during the read", () => {
    const { backend, onGpu, onHost } = backendOf([1], 1);
    let checks = 0;
    let failAt = 1;
    installReads(backend, () => {
      checks += 1;
      if (checks >= failAt) throw new Error("the GPU failed: out of memory");
    });
    expect(() => backend.readSync(onHost)).toThrow(/out of memory/);
    [checks, failAt] = [0, 2];
    expect(() => backend.readSync(onGpu)).toThrow(/out of memory/);
  });

  it("says so when the GPU never answers", () => {
    const { backend, onGpu } = backendOf([1], null);
    installReads(backend, () => {});
    expect(() => backend.readSync(onGpu)).toThrow("the GPU did not hand out a buffer's values");
  });
});
