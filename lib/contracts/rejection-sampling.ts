/** Rejection-sampling groups: K candidates per prompt with their rewards. */
import { z } from "zod";
import { messageSchema, taskSchema } from "@/trainer/format/pair";
import { pageOf, pageQuery, searchSchema } from "./common";
import { defineEndpoint } from "./endpoint";

const lead = { role: "lead", scope: "train" } as const;

export const rejectionSamplingGroupSummarySchema = z.object({
  id: z.uuid(),
  roundId: z.uuid(),
  roundNumber: z.number().int(),
  promptId: z.uuid(),
  task: taskSchema,
  safetyTagged: z.boolean(),
  /** The last user turn, cut to 200 characters. */
  promptText: z.string(),
  candidates: z.number().int(),
  /** Combined reward of the best candidate, 0..1; null until scored. */
  bestReward: z.number().nullable(),
  medianReward: z.number().nullable(),
  /** Combined rewards in the order the candidates were sampled; null where not scored. For reward against N. */
  rewards: z.array(z.number().nullable()),
  itemId: z.uuid().nullable(),
  createdAt: z.string(),
});
export type RejectionSamplingGroupSummary = z.infer<typeof rejectionSamplingGroupSummarySchema>;

export const rejectionSamplingCandidateSchema = z.object({
  id: z.uuid(),
  position: z.number().int(),
  variantId: z.uuid(),
  variantName: z.string(),
  policyName: z.string(),
  content: z.string(),
  sampling: z.record(z.string(), z.unknown()),
  sampledInRound: z.number().int(),
  /** Raw rewards (logits). */
  helpfulnessReward: z.number().nullable(),
  safetyReward: z.number().nullable(),
  /** 0..1 */
  combinedReward: z.number().nullable(),
  isBest: z.boolean(),
  isRival: z.boolean(),
});

export const rejectionSamplingGroupSchema = rejectionSamplingGroupSummarySchema.extend({
  messages: z.array(messageSchema),
  candidateList: z.array(rejectionSamplingCandidateSchema),
});
export type RejectionSamplingGroup = z.infer<typeof rejectionSamplingGroupSchema>;

export const listRejectionSamplingGroups = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/rejection-sampling",
  summary: "Rejection-sampling groups of a project, newest round first",
  access: lead,
  params: z.object({ projectId: z.uuid() }),
  query: z.object({
    roundId: z.uuid().optional(),
    task: taskSchema.optional(),
    /** Part of the prompt's text. */
    search: searchSchema.optional(),
    ...pageQuery.shape,
  }),
  response: pageOf(rejectionSamplingGroupSummarySchema),
});

export const getRejectionSamplingGroup = defineEndpoint({
  method: "GET",
  path: "/rejection-sampling/{groupId}",
  summary: "One group: the prompt and every candidate with its rewards",
  access: lead,
  params: z.object({ groupId: z.uuid() }),
  response: rejectionSamplingGroupSchema,
});
