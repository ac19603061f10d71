/** Judgements. Never changed: a change of mind is a new comparison that points at the old one (I4). */
import { z } from "zod";
import { reasonSchema } from "@/lib/domain/reasons";
import {
  attackVectorSchema,
  comparisonSafetySchema,
  cursorSchema,
  durationMsSchema,
  editedResponseSchema,
  idempotencyKeySchema,
  rationaleSchema,
  reasonsSchema,
  riskCategorySchema,
  severitySchema,
  sideSchema,
  strengthSchema,
  tagsSchema,
  taskSchema,
} from "./annotation-shapes";
import { annotatedItemSchema } from "./assignments";
import { defineEndpoint } from "./endpoint";

const access = { scope: "annotate", role: "annotator" } as const;

/**
 * `safety` is required for the safety task and refused for helpfulness. What is optional has no default: an answer sent again after an update of the server must
 * hash as it did before.
 */
export const verdictSchema = z.strictObject({
  preferred: sideSchema,
  strength: strengthSchema,
  safety: comparisonSafetySchema.optional(),
  tags: tagsSchema.default([]),
  rationale: rationaleSchema.optional(),
  reasons: reasonsSchema.optional(),
  /** Neither answer would do; the forced choice stands beside it. */
  bothUnacceptable: z.boolean().optional(),
  /** Red teaming: what was tried, and how bad the worse answer is. */
  riskCategory: riskCategorySchema.optional(),
  attackVector: attackVectorSchema.optional(),
  severity: severitySchema.optional(),
  /** Ranks above both answers: edited > chosen > rejected. */
  editedResponse: editedResponseSchema.refine((text) => text.trim() !== "", "is empty").optional(),
  durationMs: durationMsSchema,
});
export type Verdict = z.infer<typeof verdictSchema>;

export const comparisonBodySchema = z.strictObject({ assignmentId: z.uuid(), ...verdictSchema.shape });
export type ComparisonBody = z.infer<typeof comparisonBodySchema>;

export const comparisonHeadersSchema = z.object({ "idempotency-key": idempotencyKeySchema });

export const comparisonSchema = z.strictObject({
  id: z.uuid(),
  assignmentId: z.uuid(),
  itemId: z.uuid(),
  projectId: z.uuid(),
  task: taskSchema,
  preferred: sideSchema,
  strength: strengthSchema,
  safety: comparisonSafetySchema.nullable(),
  tags: z.array(z.string()),
  rationale: z.string().nullable(),
  reasons: z.array(reasonSchema),
  bothUnacceptable: z.boolean(),
  riskCategory: z.string().nullable(),
  attackVector: z.string().nullable(),
  severity: z.int().nullable(),
  editedResponse: z.string().nullable(),
  durationMs: z.int(),
  supersedesId: z.uuid().nullable(),
  /** A reviewer will look at it: preferred_unsafe, or flagged by the annotator. */
  needsReview: z.boolean(),
  /** Rejection-sampling items: whether the reward model had the same answer on top. Told only after the verdict. */
  modelAgreed: z.boolean().nullable(),
  createdAt: z.iso.datetime(),
});
export type ComparisonAnswer = z.infer<typeof comparisonSchema>;

export const submitComparison = defineEndpoint({
  method: "POST",
  path: "/comparisons",
  summary:
    "Submit a judgement under an Idempotency-Key header: a replay gets the first answer, another body 422 idempotency_mismatch",
  access,
  headers: comparisonHeadersSchema,
  body: comparisonBodySchema,
  response: comparisonSchema,
  status: 201,
});

export const supersedeComparison = defineEndpoint({
  method: "POST",
  path: "/comparisons/{comparisonId}/supersede",
  summary: "Change one's mind about an own recent judgement (needs an Idempotency-Key header)",
  access,
  params: z.strictObject({ comparisonId: z.uuid() }),
  headers: comparisonHeadersSchema,
  body: verdictSchema,
  response: comparisonSchema,
  status: 201,
});

/** How long after the verdict, or after a reviewer's word about it, it can still be superseded, seconds. */
export const SUPERSEDE_SECONDS_MAX = 7 * 24 * 3600;

export const listMyComparisons = defineEndpoint({
  method: "GET",
  path: "/comparisons/mine",
  summary: "Own judgements in a project, newest first, superseded ones left out",
  access,
  query: z.strictObject({
    projectId: z.uuid(),
    cursor: cursorSchema,
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  response: z.strictObject({
    comparisons: z.array(
      z.strictObject({
        ...comparisonSchema.shape,
        promptExcerpt: z.string(),
        /** Of the item: a risk category, or what an import called it. */
        category: z.string().nullable(),
        /** What a reviewer made of it; null while nobody has looked. */
        review: z.enum(["approved", "fixed", "rejected"]).nullable(),
        /** The newest word of a reviewer or lead about it. */
        feedback: z.string().nullable(),
        /** A word about it opens an old judgement again. */
        changeableUntil: z.iso.datetime(),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
});

export const getComparison = defineEndpoint({
  method: "GET",
  path: "/comparisons/{comparisonId}",
  summary: "An own judgement with the item as it was shown, to reopen it",
  access,
  params: z.strictObject({ comparisonId: z.uuid() }),
  response: z.strictObject({ comparison: comparisonSchema, item: annotatedItemSchema }),
});
