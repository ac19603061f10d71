/** What an annotator has filled in so far. Survives reload, a server restart and the end of the lease. */
import { z } from "zod";
import {
  attackVectorSchema,
  comparisonSafetySchema,
  durationMsSchema,
  editedResponseSchema,
  rationaleSchema,
  reasonsSchema,
  riskCategorySchema,
  severitySchema,
  sideSchema,
  strengthSchema,
  tagsSchema,
  turnVerdictSchema,
  typedText,
} from "./annotation-shapes";
import { defineEndpoint } from "./endpoint";

/** Every field optional: a draft may be anything between empty and complete. */
export const draftBodySchema = z.strictObject({
  preferred: sideSchema.nullable().optional(),
  strength: strengthSchema.nullable().optional(),
  safety: comparisonSafetySchema.nullable().optional(),
  tags: tagsSchema.optional(),
  rationale: rationaleSchema.optional(),
  reasons: reasonsSchema.optional(),
  bothUnacceptable: z.boolean().optional(),
  riskCategory: riskCategorySchema.nullable().optional(),
  attackVector: attackVectorSchema.nullable().optional(),
  severity: severitySchema.nullable().optional(),
  editedResponse: editedResponseSchema.nullable().optional(),
  /** Live items: the prompt being written. */
  prompt: typedText(20_000).optional(),
  /** Turn reviews: one per assistant turn, null where undecided. */
  verdicts: z.array(turnVerdictSchema.nullable()).max(100).optional(),
  note: rationaleSchema.optional(),
  durationMs: durationMsSchema.optional(),
});
export type DraftBody = z.infer<typeof draftBodySchema>;

export const saveDraft = defineEndpoint({
  method: "PUT",
  path: "/assignments/{assignmentId}/draft",
  summary: "Keep what is filled in so far; accepted from its owner also after the lease ended",
  access: { scope: "annotate", role: "annotator" },
  params: z.strictObject({ assignmentId: z.uuid() }),
  body: draftBodySchema,
  response: z.strictObject({ savedAt: z.iso.datetime() }),
});
