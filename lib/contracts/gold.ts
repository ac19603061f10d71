/** Gold items: pairs whose answer is known, mixed in unseen among the work. */
import { z } from "zod";
import { comparisonSafetySchema, typedText } from "./annotation-shapes";
import { instantSchema, pageOf, pageQuery, projectParams, taskSchema } from "./common";
import { defineEndpoint } from "./endpoint";

const access = { role: "lead", scope: "projects" } as const;
/** 1 or 2: a response of the item, not a side. */
const positionSchema = z.union([z.literal(1), z.literal(2)]);
const explanationSchema = typedText(5000);

const shown = {
  itemId: z.uuid(),
  campaignId: z.uuid(),
  campaign: z.string(),
  task: taskSchema,
  /** Beginnings of the texts. */
  prompt: z.string(),
  response1: z.string(),
  response2: z.string(),
  preferred: positionSchema,
  safety: comparisonSafetySchema.nullable(),
};

export const goldItemSchema = z.object({
  ...shown,
  source: z.enum(["lead", "consensus"]),
  explanation: z.string(),
  createdBy: z.string().nullable(),
  createdAt: instantSchema,
  retiredAt: instantSchema.nullable(),
  /** Retired because its answer was wrong: nobody is graded by it. */
  voided: z.boolean(),
  /** An annotator skipped it as unusable: it is served no more until it is restored or retired. */
  unusable: z.boolean(),
  seen: z.number().int(),
  missed: z.number().int(),
  /** By annotators who do well on the other gold items. */
  goodSeen: z.number().int(),
  goodMissed: z.number().int(),
  /** Good annotators miss it too often to be chance: more likely it is wrong than they are. */
  suspect: z.boolean(),
});
export type GoldItem = z.infer<typeof goldItemSchema>;

export const listGoldItems = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/gold-items",
  summary: "Gold items, newest first, with how often each was missed; or those that look wrong",
  access,
  params: projectParams,
  query: pageQuery.extend({ state: z.enum(["active", "suspect", "retired"]).default("active") }),
  response: pageOf(goldItemSchema),
});

export const goldCandidateSchema = z.object({
  ...shown,
  annotators: z.number().int(),
  /** Of the serving reward model, preferred minus other, logits; null where it has not scored both. */
  rewardMargin: z.number().nullable(),
});
export type GoldCandidate = z.infer<typeof goldCandidateSchema>;

export const listGoldCandidates = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/gold-candidates",
  summary:
    "Judged pairs that everybody saw the same way, at least better, and the reward model too: proposed as gold items",
  access,
  params: projectParams,
  query: pageQuery.extend({ annotatorsMin: z.coerce.number().int().min(3).max(100).default(3) }),
  response: pageOf(goldCandidateSchema),
});

export const goldSourceSchema = z.object({
  itemId: z.uuid(),
  task: taskSchema,
  campaign: z.string(),
  prompt: z.string(),
  response1: z.string(),
  response2: z.string(),
  /** Annotators who preferred each response. */
  votes1: z.number().int(),
  votes2: z.number().int(),
  /** It has a gold item already. */
  isGold: z.boolean(),
});
export type GoldSource = z.infer<typeof goldSourceSchema>;

export const getGoldSource = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/gold-sources/{itemId}",
  summary: "A pair and its judgements so far, before a gold item is made of it",
  access,
  params: projectParams.extend({ itemId: z.uuid() }),
  response: goldSourceSchema,
});

export const createGoldItem = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/gold-items",
  summary: "Make a gold item of an existing pair, with the right answer and why",
  access,
  params: projectParams,
  body: z.strictObject({
    itemId: z.uuid(),
    preferred: positionSchema,
    safety: comparisonSafetySchema.optional(),
    explanation: explanationSchema.default(""),
    /** Where it is served; left out = in the pair's own campaign. */
    campaignId: z.uuid().optional(),
  }),
  response: z.object({ itemId: z.uuid() }),
  status: 201,
});

export const acceptGoldCandidates = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/gold-candidates/accept",
  summary: "Make gold items of proposed pairs; those that are no candidates any more are left out",
  access,
  params: projectParams,
  body: z.strictObject({ itemIds: z.array(z.uuid()).min(1).max(200), campaignId: z.uuid().optional() }),
  response: z.object({ itemIds: z.array(z.uuid()) }),
  status: 201,
});

const goldParams = projectParams.extend({ itemId: z.uuid() });
export const retireGoldItem = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/gold-items/{itemId}/retire",
  summary:
    "Serve a gold item no more; where its answer was wrong, take its grades back and let those go on whom they paused",
  access,
  params: goldParams,
  body: z.strictObject({ wrong: z.boolean().default(false) }),
  response: z.object({
    itemId: z.uuid(),
    /** Annotators who go on because only wrong grades had paused them. */
    resumed: z.number().int(),
  }),
});
export const restoreGoldItem = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/gold-items/{itemId}/restore",
  summary: "Serve a gold item again that was retired, or skipped as unusable",
  access,
  params: goldParams,
  response: z.object({ itemId: z.uuid() }),
});
