import { describe, expect, it } from "vitest";
import { type BatchRow, ClosedError, createBatcher, QueueFullError } from "./batcher";

const row = (id: number, tokens = 1): BatchRow => ({ ids: new Array(tokens).fill(id) });
const scoreOf = ({ ids }: BatchRow) => ids[0]! * 10 + ids.length;

/** Notes the batches it is given; `hold` keeps a batch back until released. */
function recorder(options: { tokensPerBatch?: number; queueTokensMax?: number; hold?: boolean } = {}) {
  const batches: number[][] = [];
  const releases: (() => void)[] = [];
  const batcher = createBatcher<BatchRow>({
    score: async (rows) => {
      batches.push(rows.map(({ ids }) => ids[0]!));
      if (options.hold) await new Promise<void>((resolve) => releases.push(resolve));
      return rows.map(scoreOf);
    },
    tokensPerBatch: options.tokensPerBatch ?? 100,
    gatherMs: 5,
    queueTokensMax: options.queueTokensMax ?? 1000,
  });
  const release = async () => {
    while (releases.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    releases.shift()!();
  };
  return { batcher, batches, release };
}

describe("batcher", () => {
  it("scores concurrent requests in one batch and gives each its own values, in order", async () => {
    const { batcher, batches } = recorder();
    const requests = [[row(1), row(2, 3)], [row(3)], [row(4), row(5), row(6)]];
    const results = await Promise.all(requests.map((rows) => batcher.submit(rows)));
    expect(results).toEqual(requests.map((rows) => rows.map(scoreOf)));
    expect(batches).toHaveLength(1);
  });

  it("keeps to the token budget, and lets a row that is larger than it run alone", async () => {
    const { batcher, batches } = recorder({ tokensPerBatch: 10 });
    const rows = [row(1, 4), row(2, 4), row(3, 4), row(4, 25), row(5, 2)];
    expect(await batcher.submit(rows)).toEqual(rows.map(scoreOf));
    expect(batches).toEqual([[1, 2], [3], [4], [5]]);
  });

  it("does not let a long list hold up a single row", async () => {
    const { batcher, batches } = recorder({ tokensPerBatch: 8 });
    const long = batcher.submit(Array.from({ length: 40 }, () => row(1)));
    const short = batcher.submit([row(2)]);
    await short;
    expect(batches.length).toBeLessThanOrEqual(2);
    expect(batches[0]).toContain(2);
    expect(await long).toHaveLength(40);
    expect(batches.flat().filter((id) => id === 1)).toHaveLength(40);
  });

  it("refuses what the queue has no room for, but never the first request", async () => {
    const { batcher, release } = recorder({ queueTokensMax: 20, tokensPerBatch: 50, hold: true });
    const large = batcher.submit([row(1, 40)]);
    await expect(batcher.submit([row(2, 21)])).rejects.toThrow(QueueFullError);
    await release();
    expect(await large).toEqual([50]);
  });

  it("forgets a request whose client left, and answers the others", async () => {
    const { batcher, batches, release } = recorder({ hold: true, tokensPerBatch: 2 });
    const busy = batcher.submit([row(1, 2)]);
    const controller = new AbortController();
    const left = batcher.submit([row(2, 2)], controller.signal);
    const stays = batcher.submit([row(3, 2)]);
    controller.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    await release();
    await release();
    expect(await busy).toEqual([12]);
    expect(await stays).toEqual([32]);
    expect(batches.flat()).toEqual([1, 3]);
  });

  it("tells all requests of a batch when scoring fails, and goes on with the next", async () => {
    let calls = 0;
    const batcher = createBatcher<BatchRow>({
      score: async (rows) => {
        calls += 1;
        if (calls === 1) throw new Error("no memory");
        return rows.map(scoreOf);
      },
      tokensPerBatch: 10,
      gatherMs: 1,
      queueTokensMax: 100,
    });
    const both = await Promise.allSettled([batcher.submit([row(1)]), batcher.submit([row(2)])]);
    expect(both.map((one) => one.status)).toEqual(["rejected", "rejected"]);
    expect(await batcher.submit([row(3)])).toEqual([31]);
  });

  it("closing answers what waits and takes nothing new", async () => {
    const { batcher } = recorder({ tokensPerBatch: 2 });
    const waiting = [batcher.submit([row(1, 2), row(2, 2)]), batcher.submit([row(3, 2)])];
    const closed = batcher.close();
    await expect(batcher.submit([row(4)])).rejects.toThrow(ClosedError);
    await closed;
    expect(await Promise.all(waiting)).toEqual([[12, 22], [32]]);
    expect(batcher.waitingTokens).toBe(0);
  });
});
