/** Reviewers' work: judgements that need a second look. */
import { z } from "zod";
import {
  comparisonSafetySchema,
  cursorSchema,
  messageSchema,
  rationaleSchema,
  strengthSchema,
  taskSchema,
} from "./annotation-shapes";
import { defineEndpoint } from "./endpoint";

const access = { scope: "review", role: "reviewer" } as const;
export const reviewDecisionSchema = z.enum(["approved", "rejected"]);

export const reviewCaseSchema = z.strictObject({
  comparisonId: z.uuid(),
  itemId: z.uuid(),
  task: taskSchema,
  context: z.array(messageSchema),
  chosen: z.string(),
  rejected: z.string(),
  strength: strengthSchema.nullable(),
  safety: comparisonSafetySchema.nullable(),
  tags: z.array(z.string()),
  rationale: z.string().nullable(),
  /** The annotator's name. */
  annotator: z.string().nullable(),
  /** Why it is here. */
  reason: z.enum(["preferred_unsafe", "flagged"]),
  createdAt: z.iso.datetime(),
});
export type ReviewCase = z.infer<typeof reviewCaseSchema>;

export const listReviewQueue = defineEndpoint({
  method: "GET",
  path: "/reviews",
  summary: "Judgements that wait for a reviewer: chosen unsafe while the other is safe, or flagged; oldest first",
  access,
  query: z.strictObject({
    projectId: z.uuid(),
    cursor: cursorSchema,
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  response: z.strictObject({ cases: z.array(reviewCaseSchema), nextCursor: z.string().nullable() }),
});

export const reviewComparison = defineEndpoint({
  method: "POST",
  path: "/comparisons/{comparisonId}/reviews",
  summary: "Approve or reject a judgement; rejected ones stay out of snapshots. Not one's own",
  access,
  params: z.strictObject({ comparisonId: z.uuid() }),
  body: z.strictObject({ decision: reviewDecisionSchema, feedback: rationaleSchema.default("") }),
  response: z.strictObject({
    id: z.uuid(),
    comparisonId: z.uuid(),
    decision: reviewDecisionSchema,
    feedback: z.string(),
    createdAt: z.iso.datetime(),
  }),
  status: 201,
});
