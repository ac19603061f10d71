/** Rounds: the weekly cycle, its six steps, and the schedule that starts it. */
import { z } from "zod";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import { defineEndpoint } from "./endpoint";
import { ROUND_STEPS, roundStepNameSchema } from "./jobs";

const lead = { role: "lead", scope: "train" } as const;
const projectParams = z.object({ projectId: z.uuid() });
const roundParams = z.object({ roundId: z.uuid() });

export { ROUND_STEPS };
export const ROUND_STATES = ["running", "done", "failed", "cancelled"] as const;
export const STEP_STATES = ["waiting", "running", "done", "failed", "cancelled"] as const;
export const ROUND_TRIGGERS = ["schedule", "manual", "cli"] as const;
export const roundTriggerSchema = z.enum(ROUND_TRIGGERS);
export type RoundTrigger = z.infer<typeof roundTriggerSchema>;

export const roundStepSchema = z.object({
  name: roundStepNameSchema,
  state: z.enum(STEP_STATES),
  attempt: z.number().int(),
  /** 0..1 */
  progress: z.number(),
  message: z.string(),
  /** What the step made: ids and counts. */
  output: z.record(z.string(), z.unknown()).nullable(),
  /** Why it failed and what to do. */
  error: z.string().nullable(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
});
export type RoundStep = z.infer<typeof roundStepSchema>;

export const roundSummarySchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  number: z.number().int(),
  state: z.enum(ROUND_STATES),
  trigger: z.string(),
  startedBy: z.uuid().nullable(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  steps: z.array(roundStepSchema),
});
export type RoundSummary = z.infer<typeof roundSummarySchema>;

export const roundSchema = roundSummarySchema.extend({
  /** The project's settings as they were when the round started. */
  config: projectSettingsSchema,
  snapshotId: z.uuid().nullable(),
  trainingRunIds: z.array(z.uuid()),
  campaignIds: z.array(z.uuid()),
  sftDataset: z.object({ id: z.uuid(), path: z.string(), rows: z.number().int(), sha256: z.string() }).nullable(),
});
export type Round = z.infer<typeof roundSchema>;

export const roundLogSchema = z.object({
  id: z.uuid(),
  step: roundStepNameSchema,
  attempt: z.number().int(),
  level: z.string(),
  message: z.string(),
  createdAt: z.string(),
});
export type RoundLog = z.infer<typeof roundLogSchema>;

export const listRounds = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/rounds",
  summary: "Rounds of a project with their steps, newest first",
  access: lead,
  params: projectParams,
  query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
  response: z.object({ rounds: z.array(roundSummarySchema) }),
});

export const runRound = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/rounds",
  summary: "Start a round now; answers with the running round if there is one",
  access: lead,
  params: projectParams,
  response: roundSchema,
  status: 201,
});

export const getRound = defineEndpoint({
  method: "GET",
  path: "/rounds/{roundId}",
  summary: "One round with its steps and what it made",
  access: lead,
  params: roundParams,
  response: roundSchema,
});

export const listRoundLogs = defineEndpoint({
  method: "GET",
  path: "/rounds/{roundId}/logs",
  summary: "The newest log lines of a round, oldest first",
  access: lead,
  params: roundParams,
  query: z.object({
    step: roundStepNameSchema.optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  response: z.object({ logs: z.array(roundLogSchema) }),
});

export const retryRoundStep = defineEndpoint({
  method: "POST",
  path: "/rounds/{roundId}/steps/{step}/retry",
  summary: "Run a failed step again",
  access: lead,
  params: z.object({ roundId: z.uuid(), step: roundStepNameSchema }),
  response: roundSchema,
});

export const cancelRound = defineEndpoint({
  method: "POST",
  path: "/rounds/{roundId}/cancel",
  summary: "Stop a round; what it has made so far stays",
  access: lead,
  params: roundParams,
  response: roundSchema,
});

export const scheduleSchema = z.object({
  cron: z.string(),
  timeZone: z.string(),
  paused: z.boolean(),
  /** The next start, ISO 8601; null while paused. */
  nextAt: z.string().nullable(),
});
export type Schedule = z.infer<typeof scheduleSchema>;

export const getSchedule = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/schedule",
  summary: "When rounds of this project start by themselves",
  access: lead,
  params: projectParams,
  response: scheduleSchema,
});

export const putSchedule = defineEndpoint({
  method: "PUT",
  path: "/projects/{projectId}/schedule",
  summary: "Set when rounds of this project start by themselves",
  access: lead,
  params: projectParams,
  body: z.strictObject({
    /** Five fields: minute, hour, day of month, month, day of week. */
    cron: z.string().trim().min(9).max(100),
    /** IANA name, for example "Asia/Seoul". */
    timeZone: z.string().trim().min(1).max(64),
    paused: z.boolean(),
  }),
  response: scheduleSchema,
});
