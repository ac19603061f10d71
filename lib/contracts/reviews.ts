/** Reviewers' work on single judgements: the queue, claims, and the verdict on each. */
import { z } from "zod";
import { REVIEW_DECISIONS, REVIEW_REASONS } from "@/lib/domain/review";
import {
  comparisonSafetySchema,
  cursorSchema,
  editedResponseSchema,
  messageSchema,
  rationaleSchema,
  sideSchema,
  strengthSchema,
  tagsSchema,
  taskSchema,
} from "./annotation-shapes";
import { defineEndpoint } from "./endpoint";

const access = { scope: "review", role: "reviewer" } as const;
export const reviewDecisionSchema = z.enum(REVIEW_DECISIONS);
export const reviewReasonSchema = z.enum(REVIEW_REASONS);

/** What can be said of a pair, in the sides that are shown. */
export const judgementSchema = z.strictObject({
  preferred: sideSchema,
  strength: strengthSchema,
  safety: comparisonSafetySchema.nullable(),
  tags: z.array(z.string()),
  rationale: z.string().nullable(),
  editedResponse: z.string().nullable(),
});

/** A pair as it is shown to somebody who takes a second look. No policy, no score. */
export const pairViewSchema = z.strictObject({
  itemId: z.uuid(),
  task: taskSchema,
  campaign: z.strictObject({ id: z.uuid(), name: z.string() }),
  language: z.string(),
  category: z.string().nullable(),
  context: z.array(messageSchema),
  responseA: z.string(),
  responseB: z.string(),
});

export const reviewCaseSchema = z.strictObject({
  ...pairViewSchema.shape,
  comparisonId: z.uuid(),
  /** In the sides that the annotator saw. */
  judgement: judgementSchema,
  durationMs: z.int(),
  annotator: z.strictObject({ id: z.uuid(), name: z.string() }),
  /** Why it is here. */
  reasons: z.array(reviewReasonSchema),
  /** Another reviewer who has it open just now. */
  openedBy: z.string().nullable(),
  /** The newest review so far (withdrawn, or of a case that was sent here again): send it as `supersedesId`. */
  reviewId: z.uuid().nullable(),
  /** What a reviewer had said of the judgement that this one replaces. */
  earlierFeedback: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type ReviewCase = z.infer<typeof reviewCaseSchema>;

const filters = {
  reason: reviewReasonSchema.optional(),
  userId: z.uuid().optional(),
  campaignId: z.uuid().optional(),
  language: z.string().max(35).optional(),
};

export const listReviewQueue = defineEndpoint({
  method: "GET",
  path: "/reviews",
  summary: "Judgements that wait for a reviewer, with the reasons why, oldest first; one's own are left out",
  access,
  query: z.strictObject({
    projectId: z.uuid(),
    ...filters,
    cursor: cursorSchema,
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  response: z.strictObject({ cases: z.array(reviewCaseSchema), nextCursor: z.string().nullable() }),
});

const countedSchema = z.array(z.strictObject({ key: z.string(), name: z.string(), count: z.int() }));
export const countReviews = defineEndpoint({
  method: "GET",
  path: "/reviews/counts",
  summary: "How many judgements wait, by reason, annotator, campaign and language (the oldest 1,000 are counted)",
  access,
  query: z.strictObject({ projectId: z.uuid() }),
  response: z.strictObject({
    reasons: countedSchema,
    annotators: countedSchema,
    campaigns: countedSchema,
    languages: countedSchema,
    disagreements: z.int(),
  }),
});

/** How long a case stays with the reviewer who opened it, seconds; asking again renews it. */
export const CLAIM_SECONDS = 300;
export const claimBody = {
  projectId: z.uuid(),
  /** Left for later: not given again now. */
  exclude: z.array(z.uuid()).max(100).default([]),
  limit: z.int().min(1).max(10).default(3),
};

export const claimReviews = defineEndpoint({
  method: "POST",
  path: "/reviews/claims",
  summary:
    "Take the oldest waiting cases for some minutes, so that no other reviewer gets them; lets go of one's others",
  access,
  body: z.strictObject({ ...claimBody, ...filters }),
  response: z.strictObject({ cases: z.array(reviewCaseSchema) }),
});

/** The reviewer's own judgement, in the sides that the annotator saw. */
export const correctionSchema = z.strictObject({
  preferred: sideSchema,
  strength: strengthSchema,
  safety: comparisonSafetySchema.nullish(),
  tags: tagsSchema.default([]),
  rationale: rationaleSchema.nullish(),
  editedResponse: editedResponseSchema.nullish(),
});
export type Correction = z.input<typeof correctionSchema>;

export const reviewBodySchema = z
  .strictObject({
    decision: reviewDecisionSchema,
    /** Reaches the annotator. Needed to reject. */
    feedback: rationaleSchema.default(""),
    correction: correctionSchema.optional(),
    /** The review that this one replaces. Needed where there is one, so that two reviewers cannot overrule each other unseen. */
    supersedesId: z.uuid().nullish(),
  })
  .refine(({ decision, feedback }) => decision !== "rejected" || feedback.trim() !== "", {
    path: ["feedback"],
    message: "is needed to reject: say what is wrong",
  })
  .refine(({ decision, correction }) => (decision === "fixed") === (correction !== undefined), {
    path: ["correction"],
    message: "belongs to the decision `fixed`, and is needed there",
  });

export const reviewComparison = defineEndpoint({
  method: "POST",
  path: "/comparisons/{comparisonId}/reviews",
  summary:
    "Approve, fix or reject a judgement, or withdraw one's review. Fixed ones enter snapshots as corrected, rejected ones stay out. Not one's own",
  access,
  params: z.strictObject({ comparisonId: z.uuid() }),
  body: reviewBodySchema,
  response: z.strictObject({
    id: z.uuid(),
    comparisonId: z.uuid(),
    decision: reviewDecisionSchema,
    feedback: z.string(),
    createdAt: z.iso.datetime(),
  }),
  status: 201,
});
