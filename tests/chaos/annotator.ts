/** One simulated annotator over HTTP: works, retries, dawdles, skips, doubles its requests, and writes down what it was told. */
import { randomUUID } from "node:crypto";
import { pause } from "./options";

export type Sent = { preferred: "a" | "b"; strength: string };

/** What the client knows of one judgement. */
export interface Attempt {
  key: string;
  userId: string;
  itemId: string;
  assignmentId: string;
  sent: Sent;
  /** The text that was shown on the preferred side. */
  preferredText: string;
  /** Ids in all the 2xx answers for this key. */
  acknowledged: string[];
  /** Codes of the final 4xx answers for this key. */
  refused: string[];
}

export interface AnnotatorOptions {
  address: string;
  projectId: string;
  userId: string;
  token: string;
  random: () => number;
  leaseSecondsMax: number;
  isOver: () => boolean;
}

export interface AnnotatorLog {
  attempts: Attempt[];
  requests: number;
  /** Requests that got no answer, or a 5xx. */
  retries: number;
  unexpected: string[];
}

const STRENGTHS = ["significantly_better", "better", "slightly_better", "negligibly_better"];

interface Leased {
  assignmentId: string;
  item: { id: string; responseA: string; responseB: string };
}

export class Annotator {
  readonly log: AnnotatorLog = { attempts: [], requests: 0, retries: 0, unexpected: [] };

  constructor(private readonly options: AnnotatorOptions) {}

  async run(): Promise<void> {
    while (!this.options.isOver()) {
      const leased = await this.lease();
      if (!leased) {
        await pause(200 + this.options.random() * 300);
        continue;
      }
      await this.workOn(leased);
    }
  }

  private async workOn(leased: Leased): Promise<void> {
    const { random, leaseSecondsMax } = this.options;
    const whim = random();
    if (whim < 0.02) return; // Forgets it; `resume` hands it back while the lease lives.
    if (whim < 0.04) {
      await this.untilAnswered("POST", `/assignments/${leased.assignmentId}/skip`, {
        reason: "chaos",
        mode: "requeue_for_me",
      });
      return;
    }
    if (whim < 0.06)
      await pause((leaseSecondsMax + 1) * 1000); // Comes back too late.
    else await pause(random() * 200);
    if (whim > 0.9) await this.untilAnswered("POST", `/assignments/${leased.assignmentId}/heartbeat`);
    await this.submit(leased, whim > 0.8);
  }

  private async lease(): Promise<Leased | undefined> {
    const body = { projectId: this.options.projectId, resume: true };
    const answer = await this.untilAnswered("POST", "/assignments", body);
    if (answer?.status === 201) return answer.body as Leased;
    if (answer && answer.status !== 204)
      this.log.unexpected.push(`lease: ${answer.status} ${JSON.stringify(answer.body)}`);
    return undefined;
  }

  private async submit(leased: Leased, twice: boolean): Promise<void> {
    const { random, userId } = this.options;
    const preferred = random() < 0.5 ? ("a" as const) : ("b" as const);
    const sent = { preferred, strength: STRENGTHS[Math.floor(random() * 4)]! };
    const attempt: Attempt = {
      key: randomUUID(),
      userId,
      itemId: leased.item.id,
      assignmentId: leased.assignmentId,
      sent,
      preferredText: preferred === "a" ? leased.item.responseA : leased.item.responseB,
      acknowledged: [],
      refused: [],
    };
    this.log.attempts.push(attempt);
    const once = async () => {
      const body = { assignmentId: leased.assignmentId, ...sent, durationMs: 100 };
      const answer = await this.untilAnswered("POST", "/comparisons", body, attempt.key);
      if (!answer) return;
      const told = answer.body as { id: string; code: string; preferred: string };
      if (answer.status === 201) {
        attempt.acknowledged.push(told.id);
        if (told.preferred !== sent.preferred)
          this.log.unexpected.push(`${attempt.key}: answered with another verdict`);
      } else attempt.refused.push(told.code);
    };
    await Promise.all(twice ? [once(), once()] : [once()]);
  }

  /** Repeats the request until there is an answer that is final. Undefined = the run is over. */
  private async untilAnswered(method: string, path: string, body?: unknown, key?: string) {
    for (let attempt = 0; ; attempt += 1) {
      this.log.requests += 1;
      // Now and then the client hangs up early, not knowing whether the server has done it.
      const patienceMs = this.options.random() < 0.03 ? 15 : 10_000;
      try {
        const response = await fetch(`${this.options.address}/api/v1${path}`, {
          method,
          signal: AbortSignal.timeout(patienceMs),
          headers: {
            authorization: `Bearer ${this.options.token}`,
            ...(body ? { "content-type": "application/json" } : {}),
            ...(key ? { "idempotency-key": key } : {}),
          },
          ...(body ? { body: JSON.stringify(body) } : {}),
        });
        const text = await response.text();
        if (response.status < 500) return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
      } catch {
        // No answer: the same request again.
      }
      this.log.retries += 1;
      if (this.options.isOver() && attempt > 50) return undefined;
      await pause(Math.min(1000, 30 * 2 ** Math.min(attempt, 5)) * (0.5 + this.options.random()));
    }
  }
}
