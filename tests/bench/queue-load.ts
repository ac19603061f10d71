/** The load: annotators who lease an item and judge it, over HTTP connections that stay open. */
import { randomUUID } from "node:crypto";
import { Pool } from "undici";

export interface Timings {
  lease: number[];
  submit: number[];
  draft: number[];
  heartbeat: number[];
  /** From the planned start of a cycle to its end: in an open loop the waiting counts. */
  cycle: number[];
  errors: string[];
}

export interface Load {
  address: string;
  projectId: string;
  tokens: readonly string[];
  rate: number | null;
  seconds: number;
  drafts: boolean;
}

const emptyTimings = (): Timings => ({ lease: [], submit: [], draft: [], heartbeat: [], cycle: [], errors: [] });

interface Answer {
  status: number;
  text: string;
}

/** The generator shares the cores with what it measures, so it is as light as can be. */
class Client {
  private readonly pool: Pool;
  constructor(address: string, connectionsMax: number) {
    this.pool = new Pool(address, { connections: connectionsMax });
  }

  post(path: string, token: string, body: unknown, key?: string): Promise<Answer> {
    return this.send("POST", path, token, body, key);
  }

  async send(method: "POST" | "PUT", path: string, token: string, body: unknown, key?: string): Promise<Answer> {
    const headers = ["authorization", `Bearer ${token}`, "content-type", "application/json"];
    if (key) headers.push("idempotency-key", key);
    const { statusCode, body: answer } = await this.pool.request({
      method,
      path: `/api/v1${path}`,
      headers,
      body: body === undefined ? "" : JSON.stringify(body),
    });
    return { status: statusCode, text: await answer.text() };
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

/** As often as a screen says that its annotator is still there. */
const HEARTBEAT_MS = 60_000;
const beatenAt = new Map<string, number>();

/** One lease and its judgement. False = the queue is empty. */
async function cycle(client: Client, load: Load, token: string, plannedAt: number, into: Timings): Promise<boolean> {
  const start = performance.now();
  const leased = await client.post("/assignments", token, { projectId: load.projectId });
  const between = performance.now();
  if (leased.status === 204) return false;
  if (leased.status !== 201) throw new Error(`lease: ${leased.status} ${leased.text.slice(0, 200)}`);
  const { assignmentId } = JSON.parse(leased.text) as { assignmentId: string };
  if (load.drafts) await keep(client, token, assignmentId, into);
  const submitted = performance.now();
  const verdict = { assignmentId, preferred: "a", strength: "better", durationMs: 20_000 };
  const judged = await client.post("/comparisons", token, verdict, randomUUID());
  const end = performance.now();
  if (judged.status !== 201) throw new Error(`submit: ${judged.status} ${judged.text.slice(0, 200)}`);
  into.lease.push(between - start);
  into.submit.push(end - submitted);
  into.cycle.push(end - plannedAt);
  return true;
}

/** What a screen sends while its annotator thinks: what they have chosen so far, and once a minute a sign of life. */
async function keep(client: Client, token: string, assignmentId: string, into: Timings): Promise<void> {
  const start = performance.now();
  const draft = await client.send("PUT", `/assignments/${assignmentId}/draft`, token, {
    preferred: "a",
    rationale: "because of",
  });
  if (draft.status !== 200) throw new Error(`draft: ${draft.status} ${draft.text.slice(0, 200)}`);
  const between = performance.now();
  into.draft.push(between - start);
  const last = beatenAt.get(token);
  // Screens were opened at different moments: the first signs of life must not all come in the first round.
  if (last === undefined) beatenAt.set(token, between - Math.random() * HEARTBEAT_MS);
  if (last === undefined || between < last + HEARTBEAT_MS) return;
  beatenAt.set(token, between);
  const beat = await client.post(`/assignments/${assignmentId}/heartbeat`, token, undefined);
  if (beat.status !== 200) throw new Error(`heartbeat: ${beat.status} ${beat.text.slice(0, 200)}`);
  into.heartbeat.push(performance.now() - between);
}

const note = (into: Timings) => (error: unknown) => {
  into.errors.push((error as Error).message);
  return true;
};

/** Every annotator goes on as soon as they have an answer. */
async function closedLoop(client: Client, load: Load, into: Timings): Promise<void> {
  const end = performance.now() + load.seconds * 1000;
  await Promise.all(
    load.tokens.map(async (token) => {
      while (performance.now() < end)
        if (!(await cycle(client, load, token, performance.now(), into).catch(note(into)))) return;
    }),
  );
}

/** Cycles start on the clock; the annotators take turns, and with many of them each has had their answer long since. */
async function openLoop(client: Client, load: Load & { rate: number }, into: Timings): Promise<void> {
  const start = performance.now();
  const total = Math.floor(load.rate * load.seconds);
  const running: Promise<unknown>[] = [];
  for (let n = 0; n < total; n += 1) {
    const plannedAt = start + (n * 1000) / load.rate;
    const wait = plannedAt - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    const token = load.tokens[n % load.tokens.length] as string;
    running.push(cycle(client, load, token, plannedAt, into).catch(note(into)));
  }
  await Promise.all(running);
}

export async function runLoad(load: Load): Promise<Timings> {
  const into = emptyTimings();
  const client = new Client(load.address, Math.min(load.tokens.length, 256));
  try {
    if (load.rate === null) await closedLoop(client, load, into);
    else await openLoop(client, { ...load, rate: load.rate }, into);
    return into;
  } finally {
    await client.close();
  }
}

/** Nearest-rank percentiles, milliseconds. */
export function percentiles(values: readonly number[]): { p50: number; p95: number; p99: number } | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0) * 100) / 100;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
