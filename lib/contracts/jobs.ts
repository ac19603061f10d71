/**
 * Every job of the worker: name, payload, and the endpoint that lists them. Payloads carry ids only, the rows hold the truth;
 * a new field is optional until old jobs have drained. Importing this loads nothing heavy.
 */
import { z } from "zod";
import { defineEndpoint } from "./endpoint";

export const ROUND_STEPS = ["collect", "freeze", "train", "evaluate", "sample", "publish"] as const;
export const roundStepNameSchema = z.enum(ROUND_STEPS);
export type RoundStepName = z.infer<typeof roundStepNameSchema>;

const uuid = z.uuid();

export const JOB_PAYLOADS = {
  /** Sent by the weekly schedule of a project. */
  "round.start": z.object({ projectId: uuid }),
  /** Runs one step of a round, if it is that step's turn. */
  "round.step": z.object({ projectId: uuid, roundId: uuid, step: roundStepNameSchema }),
  /** A training run started by hand. */
  "training.run": z.object({ projectId: uuid, trainingRunId: uuid }),
  "evaluation.run": z.object({ projectId: uuid, rewardModelId: uuid, snapshotId: uuid }),
  "score.run": z.object({ projectId: uuid, scoreRequestId: uuid }),
  /** A test prompt to a policy variant. */
  "policy.check": z.object({ projectId: uuid, policyCheckId: uuid }),
  /** Asked for by a reviewer, or by a new model in service: how much judgements surprise it. */
  "triage.score": z.object({ projectId: uuid }),
  /** Open pairs of campaigns by uncertainty that the models in service have not scored. */
  "order.score": z.object({ projectId: uuid }),
  /** Every minute: leases past their end give their slot back, entry tests past theirs are handed in, certificates due end. */
  "leases.expire": z.object({}),
  /** Every minute: audit events join the hash chain. */
  "audit.seal": z.object({}),
  /** Every minute: open items are counted, and ordered where the campaign asks for it. */
  "queue.refresh": z.object({}),
  /** Every minute: new judgements join the quality tallies. */
  "quality.refresh": z.object({}),
  /** Every hour: old judgements are asked again, sides swapped. */
  "mirrors.keep": z.object({}),
} as const;
export type JobName = keyof typeof JOB_PAYLOADS;
export type JobPayload<Name extends JobName> = z.infer<(typeof JOB_PAYLOADS)[Name]>;
export const JOB_NAMES = Object.keys(JOB_PAYLOADS) as [JobName, ...JobName[]];

export const JOB_STATES = ["created", "retry", "active", "completed", "cancelled", "failed"] as const;
export const jobStateSchema = z.enum(JOB_STATES);

export const jobSchema = z.object({
  id: uuid,
  name: z.string(),
  state: jobStateSchema,
  /** Ids of what the job works on. */
  payload: z.record(z.string(), z.unknown()),
  retryCount: z.number().int(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Why it failed, in one sentence; null otherwise. */
  error: z.string().nullable(),
});
export type Job = z.infer<typeof jobSchema>;

export const listJobs = defineEndpoint({
  method: "GET",
  path: "/jobs",
  summary: "Jobs of the worker, newest first; a lead sees those of their projects, an administrator all",
  access: { role: "lead", scope: "train" },
  query: z.object({
    state: jobStateSchema.optional(),
    name: z.enum(JOB_NAMES).optional(),
    projectId: uuid.optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  response: z.object({
    jobs: z.array(jobSchema),
    /** How many jobs the same filter holds in each state. */
    counts: z.partialRecord(jobStateSchema, z.number().int()),
    worker: z.object({ alive: z.boolean(), seenAt: z.string().nullable() }),
  }),
});
