/** The console's lists of a project's items, prompts and judgements: filtered and paged by the server, and the same as CSV. */
import { z } from "zod";
import { ITEM_ORDERS } from "@/lib/domain/lists";
import { messageSchema } from "@/trainer/format/pair";
import { campaignKindSchema, comparisonSafetySchema, itemKindSchema, strengthSchema } from "./annotation-shapes";
import { columnsSchema, instantSchema, pageOf, pageQuery, projectParams, searchSchema, taskSchema } from "./common";
import { defineEndpoint } from "./endpoint";

const lead = { role: "lead", scope: "data" } as const;

export const ITEM_STATES = ["open", "done", "unusable", "withdrawn"] as const;
export const ITEM_KINDS = ["pair", "live", "turn_review"] as const;
export const ITEM_PURPOSES = ["work", "gold", "mirror"] as const;
export const STRENGTHS = ["significantly_better", "better", "slightly_better", "negligibly_better"] as const;
export const SAFETIES = ["preferred_safe", "both_safe", "both_unsafe", "preferred_unsafe"] as const;

const REVIEW_DECISIONS = ["approved", "fixed", "rejected", "withdrawn"] as const;
const wordSchema = z.string().min(1).max(200);

export const itemFilterSchema = z.object({
  state: z.enum(ITEM_STATES).optional(),
  campaignId: z.uuid().optional(),
  kind: z.enum(ITEM_KINDS).optional(),
  purpose: z.enum(ITEM_PURPOSES).optional(),
  language: wordSchema.optional(),
  category: wordSchema.optional(),
  judgementsMin: z.coerce.number().int().min(0).max(1000).optional(),
  judgementsMax: z.coerce.number().int().min(0).max(1000).optional(),
});
export type ItemFilter = z.infer<typeof itemFilterSchema>;

export const listedItemSchema = z.object({
  id: z.uuid(),
  campaignId: z.uuid(),
  campaign: z.string(),
  campaignKind: campaignKindSchema,
  kind: itemKindSchema,
  state: z.enum(ITEM_STATES),
  /** Never told to annotators: gold and mirrored items must look like any other. */
  purpose: z.enum(ITEM_PURPOSES),
  language: z.string().nullable(),
  category: z.string().nullable(),
  /** The last user turn, cut to 200 characters; null on a live item that has no prompt yet. */
  prompt: z.string().nullable(),
  judgements: z.number().int(),
  overlap: z.number().int(),
  /** Leases under way. */
  inWork: z.number().int(),
  order: z.enum(ITEM_ORDERS),
  createdAt: instantSchema,
});
export type ListedItem = z.infer<typeof listedItemSchema>;

export const listItems = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/items",
  summary: "Items of a project, newest first",
  access: lead,
  params: projectParams,
  query: pageQuery.extend(itemFilterSchema.shape),
  response: pageOf(listedItemSchema),
});
export const exportItems = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/items/export",
  summary: "The list of items under the same filters, as CSV",
  access: lead,
  params: projectParams,
  query: itemFilterSchema.extend({ columns: columnsSchema }),
  rawResponse: "text/csv",
});

export const promptFilterSchema = z.object({
  task: taskSchema.optional(),
  language: wordSchema.optional(),
  category: wordSchema.optional(),
  source: wordSchema.optional(),
  search: searchSchema.optional(),
});
export type PromptFilter = z.infer<typeof promptFilterSchema>;

export const listedPromptSchema = z.object({
  id: z.uuid(),
  task: taskSchema,
  /** The last user turn, cut to 200 characters. */
  text: z.string(),
  turns: z.number().int(),
  language: z.string(),
  category: z.string().nullable(),
  safetyTagged: z.boolean(),
  source: z.string(),
  createdAt: instantSchema,
});
export type ListedPrompt = z.infer<typeof listedPromptSchema>;

export const listPrompts = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/prompts",
  summary: "Prompts of a project, newest first",
  access: lead,
  params: projectParams,
  query: pageQuery.extend(promptFilterSchema.shape),
  response: pageOf(listedPromptSchema),
});
export const exportPrompts = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/prompts/export",
  summary: "The list of prompts under the same filters, as CSV",
  access: lead,
  params: projectParams,
  query: promptFilterSchema.extend({ columns: columnsSchema }),
  rawResponse: "text/csv",
});

export const comparisonFilterSchema = z.object({
  userId: z.uuid().optional(),
  strength: z.enum(STRENGTHS).optional(),
  safety: z.enum(SAFETIES).optional(),
  campaignId: z.uuid().optional(),
  source: z.enum(["annotator", "import"]).optional(),
  /** Whole days in UTC, both included. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
});
export type ComparisonFilter = z.infer<typeof comparisonFilterSchema>;

export const listedComparisonSchema = z.object({
  id: z.uuid(),
  itemId: z.uuid(),
  campaign: z.string(),
  task: taskSchema,
  /** Null for imports. */
  userId: z.uuid().nullable(),
  annotator: z.string().nullable(),
  source: z.enum(["annotator", "import"]),
  sourceName: z.string().nullable(),
  prompt: z.string(),
  strength: strengthSchema.nullable(),
  safety: comparisonSafetySchema.nullable(),
  durationMs: z.number().int().nullable(),
  /** A newer judgement by the same annotator stands in its place. */
  superseded: z.boolean(),
  /** The newest review. */
  review: z.enum(REVIEW_DECISIONS).nullable(),
  createdAt: instantSchema,
});
export type ListedComparison = z.infer<typeof listedComparisonSchema>;

export const listComparisons = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/comparisons",
  summary: "Judgements of a project, newest first",
  access: lead,
  params: projectParams,
  query: pageQuery.extend(comparisonFilterSchema.shape),
  response: pageOf(listedComparisonSchema),
});
export const exportComparisons = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/comparisons/export",
  summary: "The list of judgements under the same filters, as CSV; whole texts are in snapshots",
  access: lead,
  params: projectParams,
  query: comparisonFilterSchema.extend({ columns: columnsSchema }),
  rawResponse: "text/csv",
});

export const shownComparisonSchema = listedComparisonSchema.extend({
  context: z.array(messageSchema),
  chosen: z.string(),
  rejected: z.string(),
  /** The annotator's own better answer. */
  editedResponse: z.string().nullable(),
  /** Whether the chosen answer stood left, as A; null for imports. */
  choseA: z.boolean().nullable(),
  tags: z.array(z.string()),
  rationale: z.string().nullable(),
  reviews: z.array(
    z.object({
      decision: z.enum(REVIEW_DECISIONS),
      feedback: z.string(),
      reviewer: z.string(),
      createdAt: instantSchema,
    }),
  ),
});
export type ShownComparison = z.infer<typeof shownComparisonSchema>;

export const showComparison = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/comparisons/{comparisonId}",
  summary: "One judgement with the pair it is about",
  access: lead,
  params: projectParams.extend({ comparisonId: z.uuid() }),
  response: shownComparisonSchema,
});
