/** How each job's queue behaves. Rows hold the truth and every handler is idempotent, so a lost or doubled job harms nothing. */
import type { QueueOptions } from "pg-boss";
import type { JobName } from "@/lib/contracts/jobs";

export const JOBS_SCHEMA = "pgboss";

interface QueueSettings extends QueueOptions {
  /** `short`: at most one waiting job per singleton key. */
  policy: "standard" | "short";
  notify: boolean;
  /** Jobs of this queue that one worker runs at once. */
  concurrency: number;
}

const HEAVY = {
  policy: "short",
  notify: true,
  expireInSeconds: 86_400 - 1,
  heartbeatSeconds: 30,
  retryLimit: 2,
  retryDelay: 5,
  concurrency: 1,
} as const;
const LIGHT = {
  policy: "short",
  notify: true,
  expireInSeconds: 120,
  retryLimit: 2,
  retryDelay: 2,
  concurrency: 1,
} as const;

export const QUEUES: Record<JobName, QueueSettings> = {
  "round.start": LIGHT,
  "round.step": { ...HEAVY, concurrency: 2 },
  "training.run": HEAVY,
  "evaluation.run": HEAVY,
  "score.run": { ...HEAVY, expireInSeconds: 900 },
  "policy.check": { ...HEAVY, expireInSeconds: 600, retryLimit: 0, concurrency: 2 },
  "triage.score": { ...HEAVY, expireInSeconds: 3600 },
  "order.score": { ...HEAVY, expireInSeconds: 3600 },
  "leases.expire": { ...LIGHT, retryLimit: 0, deleteAfterSeconds: 3600 },
  "audit.seal": { ...LIGHT, retryLimit: 0, deleteAfterSeconds: 3600 },
  "queue.refresh": { ...LIGHT, expireInSeconds: 900, retryLimit: 0, deleteAfterSeconds: 3600 },
  "quality.refresh": { ...LIGHT, expireInSeconds: 900, retryLimit: 0, deleteAfterSeconds: 3600 },
  "mirrors.keep": { ...LIGHT, expireInSeconds: 900, retryLimit: 0, deleteAfterSeconds: 86_400 },
};
