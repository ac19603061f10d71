import { z } from "zod";
import { idParams, instantSchema, projectParams, taskSchema } from "./common";
import { defineEndpoint } from "./endpoint";

export const CAMPAIGN_KINDS = ["preference", "red_team", "rejection_sampling", "ghost_attention"] as const;
export const campaignSchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  roundId: z.uuid().nullable(),
  name: z.string(),
  kind: z.enum(CAMPAIGN_KINDS),
  task: taskSchema,
  state: z.enum(["open", "paused", "closed"]),
  overlap: z.number(),
  priority: z.number(),
  leaseSecondsMax: z.number(),
  turnsMax: z.number(),
  items: z.number(),
  itemsDone: z.number(),
  createdAt: instantSchema,
});
export type Campaign = z.infer<typeof campaignSchema>;

export const listCampaigns = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/campaigns",
  summary: "Campaigns with their progress, in serving order",
  access: { role: "annotator", scope: "annotate" },
  params: projectParams,
  response: z.object({ rows: z.array(campaignSchema) }),
});
export const createCampaign = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/campaigns",
  summary: "Open a campaign, with live items where annotators write the prompts",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  body: z.strictObject({
    name: z.string().trim().min(1).max(200),
    kind: z.enum(["preference", "red_team"]),
    task: taskSchema,
    overlap: z.number().int().min(1).max(100).default(1),
    priority: z.number().int().min(0).max(10_000).default(100),
    leaseSecondsMax: z.number().int().min(60).max(86_400).default(1800),
    turnsMax: z.number().int().min(1).max(50).default(6),
    /** Dialogues that annotators start themselves, with answers from two policy variants. */
    liveItems: z.number().int().min(0).max(100_000).default(0),
  }),
  response: campaignSchema,
  status: 201,
});
export const updateCampaign = defineEndpoint({
  method: "PATCH",
  path: "/campaigns/{id}",
  summary: "Pause, reopen or close a campaign, or change its order",
  access: { role: "lead", scope: "projects" },
  params: idParams,
  body: z.strictObject({
    state: z.enum(["open", "paused", "closed"]).optional(),
    priority: z.number().int().min(0).max(10_000).optional(),
    name: z.string().trim().min(1).max(200).optional(),
  }),
  response: campaignSchema,
});
