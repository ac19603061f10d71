/** Reward models, how they were evaluated, which one serves, and scoring with them. */
import { z } from "zod";
import { evaluationReportSchema } from "@/trainer/format/evaluation";
import { messageSchema, preferencePairSchema, taskSchema } from "@/trainer/format/pair";
import { defineEndpoint } from "./endpoint";

const lead = { role: "lead", scope: "train" } as const;
const modelParams = z.object({ rewardModelId: z.uuid() });
const projectParams = z.object({ projectId: z.uuid() });

export const REWARD_MODEL_STATES = ["candidate", "serving", "retired"] as const;

export const evaluationSchema = z.object({
  id: z.uuid(),
  rewardModelId: z.uuid(),
  snapshotId: z.uuid(),
  task: taskSchema,
  report: evaluationReportSchema,
  createdAt: z.string(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** A pair the model gets wrong, with its texts; `pair` is null when the snapshot's files are not on this machine. */
export const worstPairSchema = z.object({
  pairId: z.string(),
  rewardChosen: z.number(),
  rewardRejected: z.number(),
  pair: preferencePairSchema
    .pick({ prompt: true, chosen: true, rejected: true, strength: true, safety: true })
    .nullable(),
});
export type WorstPair = z.infer<typeof worstPairSchema>;

export const rewardModelSchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  trainingRunId: z.uuid(),
  roundId: z.uuid().nullable(),
  snapshotId: z.uuid(),
  task: taskSchema,
  state: z.enum(REWARD_MODEL_STATES),
  /** Below PAIRWRIGHT_HOME. */
  directory: z.string(),
  weightsSha256: z.string(),
  createdAt: z.string(),
  promotedAt: z.string().nullable(),
  /** Newest evaluation's held-out accuracy with its 95% Wilson interval; null until evaluated. */
  heldout: z
    .object({
      n: z.number().int(),
      accuracy: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
    })
    .nullable(),
});
export type RewardModel = z.infer<typeof rewardModelSchema>;

export const listRewardModels = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/reward-models",
  summary: "Reward models of a project, newest first",
  access: lead,
  params: projectParams,
  query: z.object({ task: taskSchema.optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }),
  response: z.object({ rewardModels: z.array(rewardModelSchema) }),
});

export const getRewardModel = defineEndpoint({
  method: "GET",
  path: "/reward-models/{rewardModelId}",
  summary: "One reward model",
  access: lead,
  params: modelParams,
  response: rewardModelSchema,
});

export const promoteRewardModel = defineEndpoint({
  method: "POST",
  path: "/reward-models/{rewardModelId}/promote",
  summary: "Put a reward model into service; the one it replaces is retired",
  access: lead,
  params: modelParams,
  response: rewardModelSchema,
});

export const listEvaluations = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/evaluations",
  summary: "Evaluations of a project's reward models, newest first",
  access: lead,
  params: projectParams,
  query: z.object({
    rewardModelId: z.uuid().optional(),
    snapshotId: z.uuid().optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  response: z.object({ evaluations: z.array(evaluationSchema) }),
});

export const getEvaluation = defineEndpoint({
  method: "GET",
  path: "/evaluations/{evaluationId}",
  summary: "One evaluation: accuracy by strength and safety bin, calibration, length bias",
  access: lead,
  params: z.object({ evaluationId: z.uuid() }),
  response: evaluationSchema.extend({ worstPairs: z.array(worstPairSchema) }),
});

export const requestEvaluation = defineEndpoint({
  method: "POST",
  path: "/reward-models/{rewardModelId}/evaluations",
  summary: "Evaluate a reward model on a snapshot's held-out pairs; the result appears among the evaluations",
  access: lead,
  params: modelParams,
  body: z.strictObject({ snapshotId: z.uuid() }),
  response: z.object({ queued: z.boolean(), evaluation: evaluationSchema.nullable() }),
  status: 202,
});

export const SCORE_STATES = ["queued", "done", "failed"] as const;
export const scoreItemSchema = z.strictObject({
  /** The caller's own name for the response; must be unique in the request. */
  id: z.string().min(1).max(200),
  /** The dialogue before the response. */
  prompt: z.array(messageSchema).min(1).max(200),
  response: z.string().min(1).max(100_000),
});
export const scoreRequestSchema = z.object({
  id: z.uuid(),
  rewardModelId: z.uuid(),
  state: z.enum(SCORE_STATES),
  /** In the order of the request: the raw reward (a logit) and its sigma, 0..1. Null until done. */
  scores: z.array(z.object({ id: z.string(), reward: z.number(), score: z.number() })).nullable(),
  error: z.string().nullable(),
  createdAt: z.string(),
});
export type ScoreRequest = z.infer<typeof scoreRequestSchema>;

export const scoreWithRewardModel = defineEndpoint({
  method: "POST",
  path: "/reward-models/{rewardModelId}/score",
  summary: "Score responses; answers when the worker is done, or `queued` after some seconds (then poll the request)",
  access: lead,
  params: modelParams,
  body: z.strictObject({ items: z.array(scoreItemSchema).min(1).max(64) }),
  response: scoreRequestSchema,
});

export const getScoreRequest = defineEndpoint({
  method: "GET",
  path: "/score-requests/{scoreRequestId}",
  summary: "The state and result of a scoring request",
  access: lead,
  params: z.object({ scoreRequestId: z.uuid() }),
  response: scoreRequestSchema,
});
