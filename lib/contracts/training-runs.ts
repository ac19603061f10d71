/** Training runs and their live metrics. */
import { z } from "zod";
import { taskSchema } from "@/trainer/format/pair";
import { trainingConfigSchema, trainingMetricSchema, trainingOverridesSchema } from "@/trainer/format/training-config";
import { defineEndpoint } from "./endpoint";

const lead = { role: "lead", scope: "train" } as const;
const runParams = z.object({ trainingRunId: z.uuid() });

export const TRAINING_RUN_STATES = ["queued", "running", "done", "failed", "cancelled"] as const;

export const trainingRunSchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  roundId: z.uuid().nullable(),
  snapshotId: z.uuid(),
  task: taskSchema,
  state: z.enum(TRAINING_RUN_STATES),
  config: trainingConfigSchema,
  baseModel: z.string(),
  /** Below PAIRWRIGHT_HOME. */
  directory: z.string(),
  engine: z.string().nullable(),
  engineReason: z.string().nullable(),
  /** 0..1 */
  progress: z.number(),
  error: z.string().nullable(),
  cancelRequested: z.boolean(),
  rewardModelId: z.uuid().nullable(),
  createdBy: z.uuid().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
});
export type TrainingRun = z.infer<typeof trainingRunSchema>;

export const listTrainingRuns = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/training-runs",
  summary: "Training runs of a project, newest first",
  access: lead,
  params: z.object({ projectId: z.uuid() }),
  query: z.object({
    roundId: z.uuid().optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  response: z.object({ trainingRuns: z.array(trainingRunSchema) }),
});

export const createTrainingRun = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/training-runs",
  summary: "Train a reward model on a snapshot, outside a round",
  access: lead,
  params: z.object({ projectId: z.uuid() }),
  body: z.strictObject({
    snapshotId: z.uuid(),
    task: taskSchema,
    /** "tiny", "smollm2", or a Hugging Face directory or GGUF file on the server; default: the project's setting. */
    baseModel: z.string().trim().min(1).max(1000).optional(),
    /** Overrides of the project's training settings. */
    config: trainingOverridesSchema.default({}),
  }),
  response: trainingRunSchema,
  status: 201,
  example: {
    body: {
      snapshotId: "16a0eeb0-791b-4c92-851f-d284dd9f599e",
      task: "helpfulness",
      baseModel: "tiny",
      config: { epochs: 1, pairsPerStep: 64 },
    },
  },
});

export const getTrainingRun = defineEndpoint({
  method: "GET",
  path: "/training-runs/{trainingRunId}",
  summary: "One training run",
  access: lead,
  params: runParams,
  response: trainingRunSchema,
});

export const listTrainingMetrics = defineEndpoint({
  method: "GET",
  path: "/training-runs/{trainingRunId}/metrics",
  summary: "Metrics of a run by step; poll with afterStep for a live curve",
  access: lead,
  params: runParams,
  query: z.object({
    afterStep: z.coerce.number().int().min(-1).default(-1),
    limit: z.coerce.number().int().min(1).max(5000).default(2000),
  }),
  response: z.object({
    state: z.enum(TRAINING_RUN_STATES),
    progress: z.number(),
    metrics: z.array(trainingMetricSchema),
  }),
});

export const cancelTrainingRun = defineEndpoint({
  method: "POST",
  path: "/training-runs/{trainingRunId}/cancel",
  summary: "Stop a run at its next step; its last checkpoint stays",
  access: lead,
  params: runParams,
  response: trainingRunSchema,
});

export const resumeTrainingRun = defineEndpoint({
  method: "POST",
  path: "/training-runs/{trainingRunId}/resume",
  summary: "Go on with a cancelled or failed run from its last checkpoint",
  access: lead,
  params: runParams,
  response: trainingRunSchema,
});
