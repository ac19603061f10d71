import { z } from "zod";
import { ORDERINGS } from "@/lib/domain/ordering";
import { idParams, instantSchema, projectParams, taskSchema } from "./common";
import { defineEndpoint } from "./endpoint";

export const CAMPAIGN_KINDS = ["preference", "red_team", "rejection_sampling", "ghost_attention"] as const;
/** Primary tag of BCP 47, which is what items and people are matched by. */
const languageTagSchema = z
  .string()
  .regex(/^[a-z]{2,3}$/, "a language code of two or three small letters, such as en or ko");
const dayLimitSchema = z.number().int().min(1).max(100_000).nullable();

/** Who gets the campaign's items, in which order, and what is mixed in. Each rule can be changed while annotators work. */
const rules = {
  ordering: z.enum(ORDERINGS),
  /** Speakers of any of these; empty = anybody. People who named no language count as speaking all. */
  languages: z.array(languageTagSchema).max(50),
  certifiedOnly: z.boolean(),
  /** Shares of an annotator's items. */
  goldShare: z.number().min(0).max(0.5),
  mirrorShare: z.number().min(0).max(0.5),
  mirrorAfterDays: z.number().int().min(0).max(365),
  /** Judgements made faster count against their annotator; 0 = no floor. */
  durationMinMs: z.number().int().min(0).max(3_600_000),
  /** A day and annotator, UTC; null = no limit. */
  judgementsMaxPerDay: dayLimitSchema,
  exposureMaxPerDay: dayLimitSchema,
  /** Pause after the day's last harmful item. */
  cooldownMinutes: z.number().int().min(0).max(1440),
  /** Live: a verdict may be given before both answers end. */
  voteEarly: z.boolean(),
  /** Share of judgements that a reviewer sees, drawn by chance, from now on; null = as the project's settings say. */
  reviewShare: z.number().min(0).max(1).nullable(),
};
const leaseSecondsMaxSchema = z.number().int().min(60).max(86_400);
const turnsMaxSchema = z.number().int().min(1).max(50);

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
  ...rules,
  /** Of work alone: gold and mirrored items are not counted. In large campaigns as of the last count, a minute ago at most. */
  items: z.number(),
  itemsDone: z.number(),
  /** How far the order reaches: open items beyond it come at random. Null while no order but chance was computed. */
  order: z.object({ itemsOpen: z.number(), itemsOrdered: z.number(), orderedAt: instantSchema }).nullable(),
  createdAt: instantSchema,
});
export type Campaign = z.infer<typeof campaignSchema>;
export type CampaignRules = z.infer<z.ZodObject<typeof rules>>;

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
    leaseSecondsMax: leaseSecondsMaxSchema.default(1800),
    turnsMax: turnsMaxSchema.default(6),
    ordering: rules.ordering.default("random"),
    languages: rules.languages.default([]),
    certifiedOnly: rules.certifiedOnly.default(false),
    goldShare: rules.goldShare.default(0),
    mirrorShare: rules.mirrorShare.default(0),
    mirrorAfterDays: rules.mirrorAfterDays.default(14),
    durationMinMs: rules.durationMinMs.default(0),
    judgementsMaxPerDay: rules.judgementsMaxPerDay.default(null),
    exposureMaxPerDay: rules.exposureMaxPerDay.default(null),
    cooldownMinutes: rules.cooldownMinutes.default(0),
    voteEarly: rules.voteEarly.default(false),
    reviewShare: rules.reviewShare.default(null),
    /** Dialogues that annotators start themselves, with answers from two policy variants. */
    liveItems: z.number().int().min(0).max(100_000).default(0),
  }),
  response: campaignSchema,
  status: 201,
});
export const updateCampaign = defineEndpoint({
  method: "PATCH",
  path: "/campaigns/{id}",
  summary:
    "Pause, reopen or close a campaign, or change its rules; open leases keep the rules under which they were taken",
  access: { role: "lead", scope: "projects" },
  params: idParams,
  body: z.strictObject({
    state: z.enum(["open", "paused", "closed"]).optional(),
    priority: z.number().int().min(0).max(10_000).optional(),
    name: z.string().trim().min(1).max(200).optional(),
    leaseSecondsMax: leaseSecondsMaxSchema.optional(),
    turnsMax: turnsMaxSchema.optional(),
    ...z.object(rules).partial().shape,
  }),
  response: campaignSchema,
});
