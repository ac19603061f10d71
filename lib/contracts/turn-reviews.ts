/** Ghost Attention items: for each answer of a dialogue, whether it kept the instruction. */
import { z } from "zod";
import { durationMsSchema, rationaleSchema, turnVerdictSchema } from "./annotation-shapes";
import { comparisonHeadersSchema } from "./comparisons";
import { defineEndpoint } from "./endpoint";

export const turnReviewBodySchema = z.strictObject({
  assignmentId: z.uuid(),
  /** One per assistant turn of the dialogue, in order. */
  verdicts: z.array(turnVerdictSchema).min(1).max(100),
  note: rationaleSchema.optional(),
  durationMs: durationMsSchema,
});
export type TurnReviewBody = z.infer<typeof turnReviewBodySchema>;

export const turnReviewSchema = z.strictObject({
  id: z.uuid(),
  assignmentId: z.uuid(),
  itemId: z.uuid(),
  verdicts: z.array(turnVerdictSchema),
  note: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type TurnReviewAnswer = z.infer<typeof turnReviewSchema>;

export const submitTurnReview = defineEndpoint({
  method: "POST",
  path: "/turn-reviews",
  summary: "Submit the verdicts on a dialogue under an Idempotency-Key header",
  access: { scope: "annotate", role: "annotator" },
  headers: comparisonHeadersSchema,
  body: turnReviewBodySchema,
  response: turnReviewSchema,
  status: 201,
});
