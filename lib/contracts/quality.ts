/** Agreement, annotators' habits and policies' ratings, from the tallies that the worker keeps. */
import { z } from "zod";
import { projectParams } from "./common";
import { defineEndpoint } from "./endpoint";

const intervalSchema = z.tuple([z.number(), z.number()]);
/** A share with its 95% Wilson interval; null without cases. */
export const shareSchema = z.object({ share: z.number(), n: z.number().int(), interval: intervalSchema }).nullable();
export type Share = z.infer<typeof shareSchema>;

const coefficientSchema = z
  .object({ coefficient: z.number(), standardError: z.number().nullable(), interval: intervalSchema.nullable() })
  .nullable();

export const AGREEMENT_MEASURES = ["preferred", "strength", "safety"] as const;
export const agreementSchema = z.object({
  measure: z.enum(AGREEMENT_MEASURES),
  /** Items with at least two judgements. */
  items: z.number().int(),
  /** Share of agreeing pairs of judgements, weighted for the strength. */
  observed: z.number().nullable(),
  /** AC1; for the strength, on the eight steps, AC2 with ordinal weights. */
  gwet: coefficientSchema,
  /** Nominal; for the strength with the same ordinal weights. */
  alpha: coefficientSchema,
});
export type AgreementRow = z.infer<typeof agreementSchema>;

const groupSchema = z.object({
  by: z.enum(["campaign", "language", "category"]),
  key: z.string(),
  name: z.string(),
  judged: z.number().int(),
  preferred: agreementSchema,
  strength: agreementSchema,
});

const filter = z.object({ campaignId: z.uuid().optional() });

export const getAgreement = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/quality/agreement",
  summary: "Agreement between annotators with 95% intervals, also by campaign, language and category",
  access: { role: "reviewer", scope: "review" },
  params: projectParams,
  query: filter.extend({ language: z.string().max(20).optional() }),
  response: z.object({
    measures: z.array(agreementSchema),
    groups: z.array(groupSchema),
    /** Pairs of judgements of one item by how many of the eight steps lie between them, 0..7. */
    distances: z.array(z.number().int()),
    /** Judgements that the figures do not hold yet. */
    pending: z.number().int(),
  }),
});

export const pauseReasonSchema = z.enum(["gold", "duration", "lead"]);
export type PauseReason = z.infer<typeof pauseReasonSchema>;

export const annotatorQualitySchema = z.object({
  userId: z.uuid(),
  name: z.string(),
  /** Of work; hours also count gold and mirrored items. */
  judgements: z.number().int(),
  days: z.number().int(),
  lastDay: z.string(),
  hours: z.number(),
  /** Geometric mean of the time on an item, seconds. */
  typicalSeconds: z.number().nullable(),
  /** Pairs of judgements with others that prefer the same response. */
  agreement: shareSchema,
  choseA: shareSchema,
  choseLonger: shareSchema,
  /** Ordinal threshold model, log odds: above 0 = stronger grades than the others give. */
  inflation: z.object({ shift: z.number(), interval: intervalSchema }).nullable(),
  /** Gold items answered right. */
  gold: shareSchema,
  /** Own judgements asked again, sides swapped, and answered as the first time. */
  selfConsistency: shareSchema,
  /** Why this person gets no items now; null = they do. */
  paused: pauseReasonSchema.nullable(),
});
export type AnnotatorQuality = z.infer<typeof annotatorQualitySchema>;

export const getAnnotatorQuality = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/quality/annotators",
  summary:
    "Each annotator's pace, agreement, biases, use of the strong grades, gold items, self-consistency and standing",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  query: filter,
  response: z.object({ rows: z.array(annotatorQualitySchema) }),
});

const weekSchema = z.object({
  /** Monday, ISO date. */
  week: z.string(),
  judgements: z.number().int(),
  significantlyBetter: shareSchema,
  better: shareSchema,
  slightlyBetter: shareSchema,
  negligiblyBetter: shareSchema,
  /** Own judgements asked again in this week and answered as the first time. */
  selfConsistency: shareSchema,
});
export type DriftWeek = z.infer<typeof weekSchema>;

export const getDrift = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/quality/drift",
  summary: "How often each strength was given, and how often people answered as before, by week",
  access: { role: "reviewer", scope: "review" },
  params: projectParams,
  query: filter,
  response: z.object({ weeks: z.array(weekSchema) }),
});

export const policyRatingSchema = z.object({
  variantId: z.uuid(),
  policy: z.string(),
  variant: z.string(),
  elo: z.number(),
  interval: intervalSchema,
  battles: z.number().int(),
  /** Variants of different groups were never linked by judgements and cannot be compared. */
  group: z.number().int(),
});
export type PolicyRating = z.infer<typeof policyRatingSchema>;

export const getPolicyRatings = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/quality/policies",
  summary: "Policy variants by Bradley-Terry, weighted by the show probability, intervals clustered by annotator",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  query: filter.extend({
    /** Takes out the advantage of longer answers. */
    lengthControlled: z.stringbool().default(false),
  }),
  response: z.object({
    ratings: z.array(policyRatingSchema),
    /** Effect on the log odds of one unit of ln(length ratio); null when not asked for or nothing differs. */
    length: z.object({ effect: z.number(), standardError: z.number() }).nullable(),
    /** How often the row's variant won against the column's; same order as the ratings. */
    wins: z.array(z.array(z.number().int())),
    judgements: z.number().int(),
    annotators: z.number().int(),
  }),
});

const daySchema = z.iso.date();

export const exportHours = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/quality/hours",
  summary: "Judgements and hours by day, annotator and campaign, as CSV",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  query: filter.extend({ from: daySchema.optional(), to: daySchema.optional() }),
  rawResponse: "text/csv",
});

export const campaignProgressSchema = z.object({
  campaignId: z.uuid(),
  name: z.string(),
  state: z.enum(["open", "paused", "closed"]),
  judgementsWanted: z.number().int(),
  judgements: z.number().int(),
  perDay: z.number(),
  /** Days from now at the pace of the last 14 whole days; null when nothing moves. */
  daysLeft: z.number().nullable(),
  interval: z.tuple([z.number(), z.number().nullable()]).nullable(),
});
export type CampaignProgress = z.infer<typeof campaignProgressSchema>;

export const getProgress = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/progress",
  summary: "How far each campaign is, its pace, and when it will be done",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  response: z.object({ campaigns: z.array(campaignProgressSchema) }),
});
