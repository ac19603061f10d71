/** What an annotator may know of their own work and its load. Nobody else's figures are here. */
import { z } from "zod";
import { projectParams } from "./common";
import { defineEndpoint } from "./endpoint";
import { shareSchema } from "./quality";

const access = { role: "annotator", scope: "annotate" } as const;
const count = z.number().int();

const dayPaceSchema = z.object({
  /** ISO date, UTC. */
  day: z.string(),
  judgements: count,
  /** Geometric mean of the time on an item, seconds. */
  typicalSeconds: z.number().nullable(),
});
export type DayPace = z.infer<typeof dayPaceSchema>;

/** Below these counts a figure would say more about chance than about the person. */
export const STATISTICS_MIN = { agreement: 20, choseA: 30, choseLonger: 30, selfConsistency: 10, approved: 5 } as const;

export const getMyStatistics = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/my-statistics",
  summary:
    "One's own pace, agreement with others, position and length bias, self-consistency and reviews; nobody else's",
  access,
  params: projectParams,
  response: z.object({
    judgements: count,
    /** The last 30 days with judgements, oldest first. */
    days: z.array(dayPaceSchema),
    /** Median of the newest 500 judgements, seconds; null without any. */
    medianSeconds: z.number().nullable(),
    agreement: shareSchema,
    choseA: shareSchema,
    choseLonger: shareSchema,
    /** Mirrored re-asks answered alike. */
    selfConsistency: shareSchema,
    /** Reviewed judgements whose newest review approves. */
    approved: shareSchema,
  }),
});

export const myExposureSchema = z.object({
  /** Harmful items handed out to the caller since midnight UTC, in all projects. */
  today: count,
  /** The own limit or the lowest of the project's open campaigns, whichever is lower; null = none. */
  max: count.nullable(),
  /** The limit is reached: no harmful item comes before this. */
  until: z.iso.datetime().nullable(),
  /** A campaign's pause after the limit: nothing of it comes before this. */
  coolDownUntil: z.iso.datetime().nullable(),
});
export type MyExposure = z.infer<typeof myExposureSchema>;

export const getMyExposure = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/my-exposure",
  summary: "How many harmful items one has been given today, the tightest limit, and when the next may come",
  access,
  params: projectParams,
  response: myExposureSchema,
});
