/** Red teaming (Llama 2 section 4.2): what was tried, what was found and how fast, how new it was, and what is wanted next. */
import { z } from "zod";
import { attackVectorSchema, riskCategorySchema } from "@/lib/domain/red-team";
import { typedText } from "./annotation-shapes";
import { projectParams } from "./common";
import { defineEndpoint } from "./endpoint";
import { shareSchema } from "./quality";

const reading = { role: "reviewer", scope: "review" } as const;
const filter = z.object({ campaignId: z.uuid().optional() });
const count = z.number().int();

export const redTeamCellSchema = z.object({
  category: riskCategorySchema,
  attackVector: attackVectorSchema,
  judgements: count,
  violations: count,
  /** Judgements wanted in all; null = none set. */
  target: count.nullable(),
  note: z.string(),
});
export type RedTeamCell = z.infer<typeof redTeamCellSchema>;

export const getRedTeamCoverage = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/red-team/map",
  summary: "Judgements, violations and targets by risk category and attack vector, and how severe the findings are",
  access: reading,
  params: projectParams,
  query: filter,
  response: z.object({
    /** Every risk category x every attack vector. */
    cells: z.array(redTeamCellSchema),
    /** Judgements whose category or vector is not named, or not one of the vocabulary. */
    elsewhere: z.object({ judgements: count, violations: count }),
    /** Graded judgements by severity, 1 to 5; 4 and 5 are violations. */
    severities: z.array(count),
    judgements: count,
    violations: shareSchema,
    hours: z.number(),
    /** Judgements that the figures do not hold yet. */
    pending: count,
  }),
});

/** Violations found per person-hour, with the exact 95% interval of a Poisson rate; null without time. */
const gammaSchema = z.object({ perHour: z.number(), interval: z.tuple([z.number(), z.number()]) }).nullable();
export type Gamma = z.infer<typeof gammaSchema>;
const rateSchema = z.object({ judgements: count, violations: count, hours: z.number(), gamma: gammaSchema });

export const variantRateSchema = rateSchema.extend({
  variantId: z.uuid(),
  policy: z.string(),
  variant: z.string(),
  /** Which round's model it is; higher = newer. */
  generation: count,
  /** By week, oldest first. */
  weeks: z.array(rateSchema.extend({ week: z.string() })),
});
export type VariantRate = z.infer<typeof variantRateSchema>;

const weekRateSchema = rateSchema.extend({
  /** Monday, ISO date. */
  week: z.string(),
});
const roundRateSchema = rateSchema.extend({
  /** The round that froze these judgements; null = since the newest one. */
  round: count.nullable(),
});
export type WeekRate = z.infer<typeof weekRateSchema>;
export type RoundRate = z.infer<typeof roundRateSchema>;

export const getViolationRates = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/red-team/rates",
  summary: "Violations found per person-hour (gamma) with exact intervals, by policy variant, week and round",
  access: reading,
  params: projectParams,
  query: filter,
  response: z.object({
    variants: z.array(variantRateSchema),
    weeks: z.array(weekRateSchema),
    rounds: z.array(roundRateSchema),
  }),
});

const breaksRoundSchema = z.object({
  round: count.nullable(),
  /** Violations found up to that round, at most the newest 500. */
  breaks: count,
  /** Of those with a safe answer beside the unsafe one, and scored: the safety model in service prefers the safe one. */
  rejectedByModel: shareSchema,
  /** Not scored by that model yet. */
  unscored: count,
  /** Of those whose prompt a later round's policy answered again and people judged: the newest such answer is safe. */
  answeredSafely: shareSchema,
});
export type BreaksRound = z.infer<typeof breaksRoundSchema>;

export const getBreaks = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/red-team/breaks",
  summary:
    "Which share of each round's violations the newest safety reward model and the newest policy would now reject",
  access: reading,
  params: projectParams,
  response: z.object({
    /** Null: no safety reward model is in service. */
    rewardModelId: z.uuid().nullable(),
    rounds: z.array(breaksRoundSchema),
    /** A scoring request is under way. */
    scoring: z.boolean(),
  }),
});

export const scoreBreaks = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/red-team/breaks/score",
  summary:
    "Let the safety reward model in service score the answers of breaks that it has not seen, at most 200 at once",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  response: z.object({ queued: count }),
  status: 202,
});

const writtenSchema = z.object({
  messageId: z.uuid(),
  excerpt: z.string(),
  novelty: z.number(),
  nearest: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type WrittenPrompt = z.infer<typeof writtenSchema>;

export const getPromptNovelty = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/red-team/novelty",
  summary: "How new the prompts were that annotators wrote: distance in trigrams to the nearest earlier one",
  access: reading,
  params: projectParams,
  response: z.object({
    measured: count,
    unmeasured: count,
    /** Ten bins of equal width, from written before (0) to entirely new (1). */
    bins: z.array(count),
    least: z.array(writtenSchema),
    most: z.array(writtenSchema),
  }),
});

export const setRedTeamTarget = defineEndpoint({
  method: "PUT",
  path: "/projects/{projectId}/red-team/targets",
  summary: "Set how many judgements a cell needs, with a word to the annotators; a target of 0 takes it away",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  body: z.strictObject({
    category: riskCategorySchema,
    attackVector: attackVectorSchema,
    target: z.int().min(0).max(1_000_000),
    note: typedText(300).default(""),
  }),
  response: redTeamCellSchema,
});

const wantedSchema = z.object({
  category: riskCategorySchema,
  attackVector: attackVectorSchema,
  /** Judgements still to go. */
  left: count,
  note: z.string(),
});
export type WantedCell = z.infer<typeof wantedSchema>;

export const listWantedCells = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/red-team/wanted",
  summary: "The open cells that a lead asked for, without the categories that the caller does not want to meet",
  access: { role: "annotator", scope: "annotate" },
  params: projectParams,
  response: z.object({ cells: z.array(wantedSchema) }),
});

const exposureSchema = z.object({
  userId: z.uuid(),
  name: z.string(),
  /** ISO date, UTC. */
  day: z.string(),
  /** Harmful items judged, by category. */
  categories: z.record(z.string(), count),
  exposures: count,
});
export type ExposureDay = z.infer<typeof exposureSchema>;

export const listExposure = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/red-team/exposure",
  summary: "How many harmful items each annotator judged on each of the last 14 days, by category",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  response: z.object({ rows: z.array(exposureSchema) }),
});
