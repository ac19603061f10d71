/** Judgements that surprise the reward model, sorted by what to do about them (lib/domain/triage.ts). */
import { z } from "zod";
import { rationaleSchema } from "./annotation-shapes";
import { defineEndpoint } from "./endpoint";
import { judgementSchema, pairViewSchema } from "./reviews";

const access = { scope: "review", role: "reviewer" } as const;

export const triageQueueSchema = z.enum(["likely_slip", "guideline_gap", "plurality"]);
export const triageActionSchema = z.enum([
  "ask_annotator",
  "ask_lead",
  "keep_plurality",
  "review",
  "dismiss",
  "withdrawn",
]);

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
  /** The newest decision where it was taken back; to be named when deciding anew. */
  decisionId: z.uuid().nullable(),
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
    /** The page before's `next`. */
    after: z.string().max(200).optional(),
    limit: z.coerce.number().int().min(1).max(50).default(20),
  }),
  response: z.strictObject({
    cases: z.array(triageCaseSchema),
    counts: z.strictObject({ likely_slip: z.int(), guideline_gap: z.int(), plurality: z.int() }),
    /** No reward model serves: nothing can be scored yet. */
    models: z.array(z.strictObject({ id: z.uuid(), task: z.enum(["helpfulness", "safety"]) })),
    /** Judgements that the models have not scored; counted to 1,000. */
    unscored: z.int(),
    next: z.string().nullable(),
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
    "Decide a surprising judgement: ask the annotator (reopens it to them), ask the lead, keep as plurality, send to review, dismiss, or take the last decision back",
  access,
  params: z.strictObject({ comparisonId: z.uuid() }),
  body: z
    .strictObject({
      action: triageActionSchema,
      /** Reaches the annotator or the lead; needed to ask. */
      note: rationaleSchema.default(""),
      /** The decision to take back, or the withdrawn one that came before (`decisionId` of the case). */
      supersedesId: z.uuid().nullable().default(null),
    })
    .refine(({ action, note }) => !action.startsWith("ask_") || note.trim() !== "", {
      path: ["note"],
      message: "is needed to ask",
    })
    .refine(({ action, supersedesId }) => action !== "withdrawn" || supersedesId !== null, {
      path: ["supersedesId"],
      message: "is needed to take a decision back",
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
