import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ProblemError } from "../problem";
import { type KeyValueStore, Outbox, type OutboxWork, type Send } from "./outbox";

function memoryStore(): KeyValueStore {
  const map = new Map<string, string>();
  return {
    get length() {
      return map.size;
    },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (name) => map.get(name) ?? null,
    setItem: (name, value) => void map.set(name, value),
    removeItem: (name) => void map.delete(name),
  };
}
const work: OutboxWork = {
  kind: "comparison",
  body: { assignmentId: "a", preferred: "a", strength: "better", durationMs: 1 },
};
const answer = { kind: "comparison", value: {} } as Awaited<ReturnType<Send>>;

describe("the outbox", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("sends once released and forgets only once answered", async () => {
    const store = memoryStore();
    const send = vi.fn<Send>().mockResolvedValue(answer);
    const outbox = new Outbox("u1", store, {}, send);
    outbox.put("k1", work);
    await outbox.flush();
    expect(outbox.entries()).toHaveLength(1);
    expect(send).not.toHaveBeenCalled();
    await outbox.release("k1");
    expect(send).toHaveBeenCalledOnce();
    expect(outbox.entries()).toHaveLength(0);
  });

  it("can be called back during the hold, not later", async () => {
    const send = vi.fn<Send>().mockResolvedValue(answer);
    const outbox = new Outbox("u1", memoryStore(), {}, send);
    outbox.put("k1", work);
    expect(outbox.take("k1")).toBe(true);
    await outbox.releaseAll();
    expect(send).not.toHaveBeenCalled();
    outbox.put("k2", work);
    await outbox.releaseAll();
    expect(send).toHaveBeenCalledOnce();
    expect(outbox.take("k2")).toBe(false);
  });

  it("repeats with the same key while the server does not answer", async () => {
    const send = vi
      .fn<Send>()
      .mockRejectedValueOnce(new ProblemError("offline", "", 0))
      .mockResolvedValue(answer);
    const outbox = new Outbox("u1", memoryStore(), {}, send);
    outbox.put("k1", work);
    void outbox.release("k1");
    await vi.advanceTimersByTimeAsync(5000);
    expect(send.mock.calls.map(([entry]) => entry.key)).toEqual(["k1", "k1"]);
    expect(outbox.entries()).toHaveLength(0);
  });

  it("survives a reload and leaves another person's entries alone", async () => {
    const store = memoryStore();
    const silent = vi.fn<Send>().mockRejectedValue(new ProblemError("offline", "", 0));
    const first = new Outbox("u1", store, {}, silent);
    first.put("k1", work);
    await first.release("k1");
    first.close();
    const send = vi.fn<Send>().mockResolvedValue(answer);
    await new Outbox("u2", store, {}, send).flush();
    expect(send).not.toHaveBeenCalled();
    await new Outbox("u1", store, {}, send).flush();
    expect(send.mock.calls[0]?.[0].key).toBe("k1");
  });

  it("drops what is refused for good, says so, and goes on with the next", async () => {
    const refused: string[] = [];
    const send = vi
      .fn<Send>()
      .mockRejectedValueOnce(new ProblemError("lease_expired", "gone", 409))
      .mockResolvedValue(answer);
    const onRefused = (entry: { key: string }) => void refused.push(entry.key);
    const outbox = new Outbox("u1", memoryStore(), { onRefused }, send);
    outbox.put("k1", work);
    outbox.put("k2", work);
    await outbox.releaseAll();
    expect(refused).toEqual(["k1"]);
    expect(send).toHaveBeenCalledTimes(2);
    expect(outbox.entries()).toHaveLength(0);
  });
});
