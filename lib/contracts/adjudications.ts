/** Disagreements between annotators: who was right, whether both may be, and where the guidelines fall short. */
import { z } from "zod";
import { comparisonSafetySchema, cursorSchema, rationaleSchema, sideSchema, strengthSchema } from "./annotation-shapes";
import { defineEndpoint } from "./endpoint";
import { claimBody, judgementSchema, pairViewSchema } from "./reviews";

const access = { scope: "review", role: "reviewer" } as const;

export const disagreementSchema = z.strictObject({
  ...pairViewSchema.shape,
  /** Standing judgements, in the sides shown here; who made them is not told. */
  judgements: z.array(z.strictObject({ ...judgementSchema.shape, comparisonId: z.uuid(), durationMs: z.int() })),
  /** Another reviewer who has it open just now. */
  openedBy: z.string().nullable(),
  /** The newest adjudication so far (withdrawn, or a gap that was settled): send it as `supersedesId`. */
  adjudicationId: z.uuid().nullable(),
});
export type Disagreement = z.infer<typeof disagreementSchema>;

const filters = { campaignId: z.uuid().optional(), language: z.string().max(35).optional() };

export const listDisagreements = defineEndpoint({
  method: "GET",
  path: "/disagreements",
  summary:
    "Finished items whose annotators disagree on the side or on safety; those that one judged oneself are left out",
  access,
  query: z.strictObject({
    projectId: z.uuid(),
    ...filters,
    cursor: cursorSchema,
    limit: z.coerce.number().int().min(1).max(50).default(20),
  }),
  response: z.strictObject({ cases: z.array(disagreementSchema), nextCursor: z.string().nullable() }),
});

export const claimDisagreements = defineEndpoint({
  method: "POST",
  path: "/disagreements/claims",
  summary:
    "Take the oldest disagreements for some minutes, so that no other reviewer gets them; lets go of one's others",
  access,
  body: z.strictObject({ ...claimBody, ...filters }),
  response: z.strictObject({ cases: z.array(disagreementSchema) }),
});

export const adjudicationOutcomeSchema = z.enum(["verdict", "plurality", "guideline_gap", "withdrawn"]);
export const adjudicationBodySchema = z
  .strictObject({
    outcome: adjudicationOutcomeSchema,
    /** In the sides shown in the disagreement. With `strength`, needed for a verdict and for nothing else. */
    preferred: sideSchema.optional(),
    strength: strengthSchema.optional(),
    safety: comparisonSafetySchema.optional(),
    /** For a guideline gap: what the guidelines leave open. */
    note: rationaleSchema.default(""),
    supersedesId: z.uuid().nullish(),
  })
  .refine(({ outcome, preferred, strength }) => (outcome === "verdict") === Boolean(preferred && strength), {
    path: ["preferred"],
    message: "and strength belong to a verdict, and are needed there",
  })
  .refine(({ outcome, note }) => outcome !== "guideline_gap" || note.trim() !== "", {
    path: ["note"],
    message: "is needed: say what the guidelines leave open",
  });

export const adjudicateItem = defineEndpoint({
  method: "POST",
  path: "/items/{itemId}/adjudications",
  summary:
    "Settle a disagreement: a verdict replaces the item's judgements in snapshots, a plurality keeps them all with their vote share, a guideline gap keeps the item out until a verdict",
  access,
  params: z.strictObject({ itemId: z.uuid() }),
  body: adjudicationBodySchema,
  response: z.strictObject({
    id: z.uuid(),
    itemId: z.uuid(),
    outcome: adjudicationOutcomeSchema,
    preferred: sideSchema.nullable(),
    createdAt: z.iso.datetime(),
  }),
  status: 201,
  example: { body: { outcome: "verdict", preferred: "a", strength: "better" } },
});

export const guidelineGapSchema = z.strictObject({
  id: z.uuid(),
  itemId: z.uuid(),
  category: z.string().nullable(),
  note: z.string(),
  raisedBy: z.string(),
  promptExcerpt: z.string(),
  createdAt: z.iso.datetime(),
  resolution: z.string().nullable(),
  resolvedAt: z.iso.datetime().nullable(),
});
export type GuidelineGap = z.infer<typeof guidelineGapSchema>;

export const listGuidelineGaps = defineEndpoint({
  method: "GET",
  path: "/guideline-gaps",
  summary: "What reviewers found the guidelines to leave open: unsettled ones first, then newest first; at most 100",
  access,
  query: z.strictObject({ projectId: z.uuid() }),
  response: z.strictObject({ gaps: z.array(guidelineGapSchema) }),
});

export const resolveGuidelineGap = defineEndpoint({
  method: "POST",
  path: "/guideline-gaps/{gapId}/resolve",
  summary: "Say what was decided; the item of a disagreement waits for its verdict again",
  access: { scope: "review", role: "lead" },
  params: z.strictObject({ gapId: z.uuid() }),
  body: z.strictObject({ resolution: rationaleSchema.refine((text) => text.trim() !== "", "is empty") }),
  response: guidelineGapSchema,
});

export const caseCommentSchema = z.strictObject({
  id: z.uuid(),
  author: z.string(),
  body: z.string(),
  createdAt: z.iso.datetime(),
});

export const listCaseComments = defineEndpoint({
  method: "GET",
  path: "/items/{itemId}/comments",
  summary: "What reviewers have said to one another about an item, oldest first; at most 200",
  access,
  params: z.strictObject({ itemId: z.uuid() }),
  response: z.strictObject({ comments: z.array(caseCommentSchema) }),
});

export const addCaseComment = defineEndpoint({
  method: "POST",
  path: "/items/{itemId}/comments",
  summary: "Add to the reviewers' discussion of an item; never changed afterwards, never shown to annotators",
  access,
  params: z.strictObject({ itemId: z.uuid() }),
  body: z.strictObject({ body: rationaleSchema.refine((text) => text.trim() !== "", "is empty") }),
  response: caseCommentSchema,
  status: 201,
});
