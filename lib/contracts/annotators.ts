/** One annotator of a project as a lead sees them: habits, checks, standing, certificates, languages. */
import { z } from "zod";
import { comparisonSafetySchema, cursorSchema, strengthSchema, typedText } from "./annotation-shapes";
import { idSchema, instantSchema, projectParams, roleSchema, taskSchema } from "./common";
import { defineEndpoint } from "./endpoint";
import { annotatorQualitySchema, pauseReasonSchema, shareSchema } from "./quality";

const access = { role: "lead", scope: "projects" } as const;
const annotatorParams = projectParams.extend({ userId: idSchema });

export const certificateSchema = z.object({
  id: z.uuid(),
  task: taskSchema,
  /** Of the guideline that it was earned on; null where none was in force. */
  guidelineVersion: z.number().int().nullable(),
  grantedAt: instantSchema,
  /** Null where the tests granted it. */
  grantedBy: z.string().nullable(),
  revokedAt: instantSchema.nullable(),
  revokedReason: z.string().nullable(),
});
export type Certificate = z.infer<typeof certificateSchema>;

/** Wald's test on the gold items answered since it last began. At `upper` the annotator is paused, at `lower` it begins anew. */
export const goldTestSchema = z.object({
  upper: z.number(),
  lower: z.number(),
  logRatio: z.number(),
  /** After each answer, oldest first; the newest 200. */
  steps: z.array(z.object({ at: instantSchema, right: z.boolean(), logRatio: z.number() })),
});
export type GoldTest = z.infer<typeof goldTestSchema>;

export const annotatorSchema = z.object({
  userId: z.uuid(),
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  /** BCP 47 primary tags; empty = any. */
  languages: z.array(z.string()),
  paused: z.object({ at: instantSchema, reason: pauseReasonSchema, note: z.string() }).nullable(),
  /** The tests look only at what came after; null = at everything. */
  testedSince: instantSchema.nullable(),
  /** Null until the first judgement. */
  habits: annotatorQualitySchema.nullable(),
  gold: shareSchema,
  goldTest: goldTestSchema,
  /** Mirrored pairs, sides swapped: how often the same side was chosen both times, and how often that side was A. */
  mirrored: z.object({ sameSide: shareSchema, choseATwice: shareSchema }),
  /** Judgements below the campaign's time floor, of those in campaigns that have one. */
  hasty: shareSchema,
  /** Judgements that reviewers approved as they were, of those that chance or newness sent to review. */
  approved: shareSchema,
  certificates: z.array(certificateSchema),
});
export type AnnotatorDetails = z.infer<typeof annotatorSchema>;

export const getAnnotator = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/annotators/{userId}",
  summary: "One annotator: habits, gold items with the sequential test, consistency, standing and certificates",
  access,
  params: annotatorParams,
  response: annotatorSchema,
});

export const updateAnnotator = defineEndpoint({
  method: "PATCH",
  path: "/projects/{projectId}/annotators/{userId}",
  summary: "Set the languages whose items this person may get; an empty list means any",
  access,
  params: annotatorParams,
  body: z.strictObject({
    languages: z.array(z.string().regex(/^[a-z]{2,3}$/, "a primary language tag such as en or ko")).max(20),
  }),
  response: z.object({ languages: z.array(z.string()) }),
});

const changeBody = z.strictObject({ note: typedText(2000).default("") });
const standingSchema = z.object({ userId: z.uuid(), paused: z.boolean() });
export const pauseAnnotator = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/annotators/{userId}/pause",
  summary: "Give this person no more items here, and take back those that they hold; the note is shown to them",
  access,
  params: annotatorParams,
  body: changeBody,
  response: standingSchema,
});
export const resumeAnnotator = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/annotators/{userId}/resume",
  summary: "Let a paused person go on; their tests begin anew",
  access,
  params: annotatorParams,
  body: changeBody,
  response: standingSchema,
});

export const annotatorJudgementSchema = z.object({
  id: z.uuid(),
  itemId: z.uuid(),
  campaign: z.string(),
  purpose: z.enum(["work", "gold", "mirror"]),
  promptExcerpt: z.string(),
  choseA: z.boolean(),
  strength: strengthSchema,
  safety: comparisonSafetySchema.nullable(),
  durationMs: z.number().int(),
  /** Below the campaign's time floor. */
  hasty: z.boolean(),
  /** Replaces an earlier judgement. */
  changed: z.boolean(),
  /** Gold: right or wrong. Mirrored: as the first time or not. Null for work, or while it is not counted yet. */
  passed: z.boolean().nullable(),
  createdAt: instantSchema,
});
export type AnnotatorJudgement = z.infer<typeof annotatorJudgementSchema>;

export const listAnnotatorJudgements = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/annotators/{userId}/comparisons",
  summary: "An annotator's standing judgements, newest first",
  access,
  params: annotatorParams,
  query: z.object({ cursor: cursorSchema, limit: z.coerce.number().int().min(1).max(100).default(20) }),
  response: z.object({ comparisons: z.array(annotatorJudgementSchema), nextCursor: z.string().nullable() }),
});
