/**
 * Collects rows of concurrent requests and scores them together: rows that begin alike share their beginning, and the engine gets
 * full micro-batches. One batch runs at a time; what arrives meanwhile waits for the next.
 */

export interface BatchRow {
  ids: readonly number[];
}

export interface BatcherOptions<Row extends BatchRow> {
  /** Scores rows in their order. */
  score: (rows: readonly Row[]) => Promise<number[]>;
  /** Tokens of a batch, before sharing. A row longer than this makes a batch of its own. */
  tokensPerBatch: number;
  /** How long the first row of an idle server waits for company. */
  gatherMs: number;
  /** Tokens that may wait. */
  queueTokensMax: number;
}

/** There is no room to wait: try again later. */
export class QueueFullError extends Error {
  constructor(waiting: number) {
    super(`the queue is full: ${waiting} tokens wait already`);
    this.name = "QueueFullError";
  }
}

/** The server is going down and takes no new work. */
export class ClosedError extends Error {
  constructor() {
    super("the server is shutting down");
    this.name = "ClosedError";
  }
}

interface Waiting<Row> {
  rows: readonly Row[];
  /** Rows handed to a batch so far, and answered. */
  taken: number;
  results: number[];
  settle: { resolve: (values: number[]) => void; reject: (cause: unknown) => void };
}

interface Taken<Row> {
  from: Waiting<Row>;
  index: number;
  row: Row;
}

export interface Batcher<Row extends BatchRow> {
  /** Rewards in the rows' order. Errors: QueueFullError, ClosedError, the signal's reason, whatever `score` throws. */
  submit(rows: readonly Row[], signal?: AbortSignal): Promise<number[]>;
  /** Takes no more, answers what waits, and resolves when all is answered. */
  close(): Promise<void>;
  readonly waitingTokens: number;
}

const sizeOf = (rows: readonly BatchRow[]) => rows.reduce((sum, { ids }) => sum + ids.length, 0);
const untaken = (waiting: Waiting<BatchRow>) => waiting.rows.slice(waiting.taken);

export function createBatcher<Row extends BatchRow>(options: BatcherOptions<Row>): Batcher<Row> {
  let queue: Waiting<Row>[] = [];
  let running: Promise<void> | null = null;
  let closed = false;

  const waitingTokens = () => queue.reduce((sum, waiting) => sum + sizeOf(untaken(waiting)), 0);

  /**
   * Every request gets an equal part of the budget in turn, so that a long list does not hold up a single row; what one does not use
   * goes to the others. Neighbouring rows of a request stay together, since they are likely to share their prompt.
   */
  function nextBatch(): Taken<Row>[] {
    const batch: Taken<Row>[] = [];
    let left = options.tokensPerBatch;
    for (let open = [...queue]; open.length > 0; open = open.filter((waiting) => waiting.taken < waiting.rows.length)) {
      const share = left / open.length;
      let progress = false;
      for (const from of open) {
        for (let used = 0; from.taken < from.rows.length; ) {
          const row = from.rows[from.taken] as Row;
          used += row.ids.length;
          if (batch.length > 0 && (row.ids.length > left || used > Math.max(share, row.ids.length))) break;
          batch.push({ from, index: from.taken, row });
          from.taken += 1;
          left -= row.ids.length;
          progress = true;
        }
      }
      if (!progress) break;
    }
    // The request that was served first stands last next time.
    const first = queue.shift();
    if (first) queue.push(first);
    return batch;
  }

  async function runBatch(batch: readonly Taken<Row>[]): Promise<void> {
    const requests = new Set(batch.map(({ from }) => from));
    try {
      const values = await options.score(batch.map(({ row }) => row));
      batch.forEach(({ from, index }, at) => {
        from.results[index] = values[at] as number;
      });
    } catch (cause) {
      for (const from of requests) from.settle.reject(cause);
      queue = queue.filter((waiting) => !requests.has(waiting));
      return;
    }
    for (const from of requests) if (from.taken === from.rows.length) from.settle.resolve(from.results);
    queue = queue.filter((waiting) => waiting.taken < waiting.rows.length);
  }

  async function run(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, options.gatherMs));
    while (queue.length > 0) {
      await runBatch(nextBatch());
      // Lets new requests and aborts in: scoring itself never yields.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  function start(): void {
    running ??= run().finally(() => {
      running = null;
      if (queue.length > 0) start();
    });
  }

  return {
    submit(rows, signal) {
      if (closed) return Promise.reject(new ClosedError());
      if (signal?.aborted) return Promise.reject(signal.reason);
      const waiting = waitingTokens();
      // An idle server takes any request, however large.
      if (queue.length > 0 && waiting + sizeOf(rows) > options.queueTokensMax)
        return Promise.reject(new QueueFullError(waiting));
      if (rows.length === 0) return Promise.resolve([]);
      return new Promise<number[]>((resolve, reject) => {
        const own: Waiting<Row> = { rows, taken: 0, results: [], settle: { resolve, reject } };
        queue.push(own);
        const leave = () => {
          queue = queue.filter((one) => one !== own);
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", leave, { once: true });
        start();
      });
    },
    async close() {
      closed = true;
      while (running !== null) await running;
    },
    get waitingTokens() {
      return waitingTokens();
    },
  };
}
