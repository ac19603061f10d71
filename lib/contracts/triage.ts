/** Judgements that surprise the reward model, sorted by what to do about them (lib/domain/triage.ts). */
import { z } from "zod";
import { rationaleSchema } from "./annotation-shapes";
import { defineEndpoint } from "./endpoint";
import { judgementSchema, pairViewSchema } from "./reviews";

const access = { scope: "review", role: "reviewer" } as const;

export const triageQueueSchema = z.enum(["likely_slip", "guideline_gap", "plurality"]);
export const triageActionSchema = z.enum(["ask_annotator", "ask_lead", "keep_plurality", "review", "dismiss"]);

export const triageCaseSchema = z.strictObject({
  ...pairViewSchema.shape,
  comparisonId: z.uuid(),
  queue: triageQueueSchema,
  judgement: judgementSchema,
  durationMs: z.int(),
  annotator: z.strictObject({ id: z.uuid(), name: z.string(), reliability: z.number() }),
  /** -ln sigma(rewardMargin), nats, and the measured reward of the chosen answer less that of the other. */
  surprise: z.number(),
  rewardMargin: z.number(),
  /** Chance that the annotator erred and not the model, 0..1. */
  slipProbability: z.number(),
  /** Annotators of the same item: for the same answer (this one included) and for the other. */
  votes: z.strictObject({ same: z.int(), other: z.int() }),
  /** Annotators who surprise the model in this category, and the share of its judgements that do; null without a category. */
  categoryEvidence: z.strictObject({ annotators: z.int(), share: z.number(), projectShare: z.number() }).nullable(),
  createdAt: z.iso.datetime(),
});
export type TriageCase = z.infer<typeof triageCaseSchema>;

export const listTriage = defineEndpoint({
  method: "GET",
  path: "/triage",
  summary:
    "Undecided judgements that surprise the reward model in service, by queue, most surprising first (of the top 1,000)",
  access,
  query: z.strictObject({
    projectId: z.uuid(),
    queue: triageQueueSchema.optional(),
    /** Rows to leave out at the start. */
    offset: z.coerce.number().int().min(0).max(1000).default(0),
    limit: z.coerce.number().int().min(1).max(50).default(20),
  }),
  response: z.strictObject({
    cases: z.array(triageCaseSchema),
    counts: z.strictObject({ likely_slip: z.int(), guideline_gap: z.int(), plurality: z.int() }),
    /** No reward model serves: nothing can be scored yet. */
    models: z.array(z.strictObject({ id: z.uuid(), task: z.enum(["helpfulness", "safety"]) })),
    /** Judgements that the models have not scored; counted to 1,000. */
    unscored: z.int(),
    nextOffset: z.int().nullable(),
  }),
});

export const scoreTriage = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/triage/score",
  summary: "Have the worker score judgements with the reward models in service, newest first, up to 1,000 a time",
  access,
  params: z.strictObject({ projectId: z.uuid() }),
  response: z.strictObject({ unscored: z.int() }),
  status: 202,
});

export const decideTriage = defineEndpoint({
  method: "POST",
  path: "/comparisons/{comparisonId}/triage",
  summary:
    "Decide a surprising judgement: ask the annotator (reopens it to them), ask the lead, keep as plurality, send to review, or dismiss",
  access,
  params: z.strictObject({ comparisonId: z.uuid() }),
  body: z
    .strictObject({
      action: triageActionSchema,
      /** Reaches the annotator or the lead; needed to ask. */
      note: rationaleSchema.default(""),
    })
    .refine(({ action, note }) => !action.startsWith("ask_") || note.trim() !== "", {
      path: ["note"],
      message: "is needed to ask",
    }),
  response: z.strictObject({
    id: z.uuid(),
    comparisonId: z.uuid(),
    action: triageActionSchema,
    createdAt: z.iso.datetime(),
  }),
  status: 201,
  example: { body: { action: "ask_annotator", note: "Both answers look right to me. What decided it for you?" } },
});
