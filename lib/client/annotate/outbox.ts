/**
 * Judgements on their way to the server. Each is written to this browser's storage before it is sent and removed only after the
 * server has answered, always under the same Idempotency-Key: a reload, a cut line or a server restart neither loses nor doubles one.
 */

import type { z } from "zod";
import { type ComparisonAnswer, submitComparison, supersedeComparison } from "@/lib/contracts/comparisons";
import { submitTurnReview, type TurnReviewAnswer } from "@/lib/contracts/turn-reviews";
import { callFor } from "../call";
import { ProblemError } from "../problem";

export type OutboxWork =
  | { kind: "comparison"; body: z.input<NonNullable<typeof submitComparison.body>> }
  | { kind: "supersede"; comparisonId: string; body: z.input<NonNullable<typeof supersedeComparison.body>> }
  | { kind: "turn_review"; body: z.input<NonNullable<typeof submitTurnReview.body>> };
export type OutboxAnswer =
  | { kind: "comparison" | "supersede"; value: ComparisonAnswer }
  | { kind: "turn_review"; value: TurnReviewAnswer };

export interface OutboxEntry {
  key: string;
  userId: string;
  work: OutboxWork;
}
/** The part of Storage that is used; tests bring their own. */
export type KeyValueStore = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const PREFIX = "pairwright:outbox:";
const RETRY_MS = [1000, 2000, 5000, 10_000, 30_000];

export type Send = (entry: OutboxEntry) => Promise<OutboxAnswer>;

const send: Send = async ({ key, work }) => {
  const headers = { "idempotency-key": key };
  if (work.kind === "turn_review")
    return { kind: work.kind, value: await callFor(submitTurnReview, { headers, body: work.body }) };
  if (work.kind === "comparison")
    return { kind: work.kind, value: await callFor(submitComparison, { headers, body: work.body }) };
  const params = { comparisonId: work.comparisonId };
  return { kind: work.kind, value: await callFor(supersedeComparison, { params, headers, body: work.body }) };
};

export interface OutboxListener {
  onSent?: (entry: OutboxEntry, answer: OutboxAnswer) => void;
  /** The server refused it for good; it left the outbox. */
  onRefused?: (entry: OutboxEntry, problem: ProblemError) => void;
  onCount?: (waiting: number) => void;
}

export class Outbox {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private flushing: Promise<void> | undefined;
  private readonly held = new Set<string>();

  constructor(
    private readonly userId: string,
    private readonly store: KeyValueStore,
    private readonly listener: OutboxListener,
    private readonly sendEntry: Send = send,
  ) {}

  /** Keeps it and sends it once released; until then `take` can call it back. */
  put(key: string, work: OutboxWork): void {
    this.held.add(key);
    this.store.setItem(PREFIX + key, JSON.stringify({ key, userId: this.userId, work } satisfies OutboxEntry));
    this.report();
  }

  /** Sends an entry that was held. */
  release(key: string): Promise<void> {
    this.held.delete(key);
    return this.flush();
  }

  /** Sends everything, also what is held. */
  releaseAll(): Promise<void> {
    this.held.clear();
    return this.flush();
  }

  /** Calls back an entry that has not been released. False: it is too late. */
  take(key: string): boolean {
    if (!this.held.delete(key)) return false;
    this.store.removeItem(PREFIX + key);
    this.report();
    return true;
  }

  entries(): OutboxEntry[] {
    const found: OutboxEntry[] = [];
    for (let index = 0; index < this.store.length; index += 1) {
      const name = this.store.key(index);
      if (!name?.startsWith(PREFIX)) continue;
      const entry = parseEntry(this.store.getItem(name));
      if (entry?.userId === this.userId) found.push(entry);
    }
    return found;
  }

  /** Sends what waits and is not held, one after another. Safe to call at any time. */
  flush(): Promise<void> {
    this.flushing ??= this.flushAll().finally(() => {
      this.flushing = undefined;
    });
    return this.flushing;
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private async flushAll(): Promise<void> {
    clearTimeout(this.timer);
    for (let next = this.nextEntry(); next; next = this.nextEntry()) {
      try {
        const answer = await this.sendEntry(next);
        this.remove(next);
        this.failures = 0;
        this.listener.onSent?.(next, answer);
      } catch (error) {
        const problem = error instanceof ProblemError ? error : new ProblemError("offline", String(error), 0);
        // Signed out: it waits until the same person is back.
        if (problem.temporary || problem.code === "unauthenticated") return this.retryLater(problem);
        this.remove(next);
        this.listener.onRefused?.(next, problem);
      }
    }
  }

  private nextEntry = (): OutboxEntry | undefined => this.entries().find((entry) => !this.held.has(entry.key));

  private remove(entry: OutboxEntry): void {
    this.store.removeItem(PREFIX + entry.key);
    this.report();
  }

  private report(): void {
    this.listener.onCount?.(this.entries().length);
  }

  private retryLater(problem: ProblemError): void {
    const wait = (problem.retryAfterSeconds ?? 0) * 1000 || RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    this.timer = setTimeout(() => void this.flush(), wait);
  }
}

function parseEntry(text: string | null): OutboxEntry | undefined {
  try {
    return text ? (JSON.parse(text) as OutboxEntry) : undefined;
  } catch {
    return undefined;
  }
}
