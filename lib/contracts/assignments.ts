/** Leases: one item handed to one annotator for a time. Nothing here tells which policy answered (I7). */
import { z } from "zod";
import { campaignKindSchema, itemKindSchema, messageSchema, taskSchema, typedText } from "./annotation-shapes";
import { draftBodySchema } from "./drafts";
import { defineEndpoint } from "./endpoint";
import { liveStateSchema } from "./live-state";

const access = { scope: "annotate", role: "annotator" } as const;
const params = z.strictObject({ assignmentId: z.uuid() });

export const annotatedItemSchema = z.strictObject({
  id: z.uuid(),
  kind: itemKindSchema,
  task: taskSchema,
  /** From 1. */
  turn: z.int(),
  turnsMax: z.int(),
  /** Messages before the answers, oldest first. Turn reviews: the whole dialogue. Live, before sending: the earlier turns. */
  context: z.array(messageSchema),
  /** Null on turn reviews and on live items until both answers are finished. */
  responseA: z.string().nullable(),
  responseB: z.string().nullable(),
  /** Turn reviews: the instruction every answer should keep. */
  instruction: z.string().nullable(),
  /** Live items only. */
  live: liveStateSchema.nullable(),
  campaign: z.strictObject({
    id: z.uuid(),
    name: z.string(),
    kind: campaignKindSchema,
    /** A live turn may be judged while its answers are still being written. */
    voteEarly: z.boolean(),
  }),
  guideline: z.strictObject({ id: z.uuid(), version: z.int(), body: z.string() }).nullable(),
  /** BCP 47 tag. */
  language: z.string(),
  /** Risk category of the prompt, where it has one: the screen blurs such items until asked. */
  category: z.string().nullable(),
  /** `today`: judgements of this person in this project since midnight UTC; `remaining`: items still to be had; 1000 = that many or more. */
  progress: z.strictObject({ today: z.int(), remaining: z.int() }),
});
export type AnnotatedItem = z.infer<typeof annotatedItemSchema>;

export const leasedAssignmentSchema = z.strictObject({
  assignmentId: z.uuid(),
  expiresAt: z.iso.datetime(),
  item: annotatedItemSchema,
  draft: draftBodySchema.nullable(),
});
export type LeasedAssignment = z.infer<typeof leasedAssignmentSchema>;

/** Live leases one annotator may hold in a project: the current one, the prefetched one, a dialogue under way. */
export const LEASES_HELD_MAX = 3;

export const leaseAssignment = defineEndpoint({
  method: "POST",
  path: "/assignments",
  summary:
    "Lease the next item: 201 with the item, or 204 when there is none for the caller (GET /assignments/none says why)",
  access,
  body: z.strictObject({
    projectId: z.uuid(),
    campaignId: z.uuid().optional(),
    /** Prefetch: the lease on screen; the answer is never that one. */
    afterAssignmentId: z.uuid().optional(),
    /** After a reload: give back a lease that the caller still holds before taking a new one. */
    resume: z.boolean().default(false),
  }),
  response: leasedAssignmentSchema,
  status: 201,
});

/**
 * Why there is no item: `paused` (by a lead or a test), `not_certified`, `daily_limit` and `exposure_limit` (until midnight UTC),
 * `cool_down` (after many harmful items), `language` and `excluded` (what is left is in other languages, or of categories that the
 * annotator does not want), `nothing` (all is done or with others).
 */
export const NO_ITEM_REASONS = [
  "nothing",
  "paused",
  "not_certified",
  "daily_limit",
  "exposure_limit",
  "cool_down",
  "language",
  "excluded",
] as const;
export type NoItemReason = (typeof NO_ITEM_REASONS)[number];

export const explainNoItem = defineEndpoint({
  method: "GET",
  path: "/assignments/none",
  summary:
    "After a 204: why there is no item for the caller, and until when; a null reason means that there is one now",
  access,
  query: z.strictObject({ projectId: z.uuid(), campaignId: z.uuid().optional() }),
  response: z.strictObject({
    reason: z.enum(NO_ITEM_REASONS).nullable(),
    /** When it ends by itself: `daily_limit`, `exposure_limit`, `cool_down`. */
    until: z.iso.datetime().nullable(),
  }),
});

export const heartbeatAssignment = defineEndpoint({
  method: "POST",
  path: "/assignments/{assignmentId}/heartbeat",
  summary: "Extend the lease by the campaign's full length; 409 lease_expired when it has ended",
  access,
  params,
  response: z.strictObject({ expiresAt: z.iso.datetime() }),
});

export const skipModeSchema = z.enum(["requeue_for_me", "requeue_for_others", "unusable"]);
const endedSchema = z.strictObject({ assignmentId: z.uuid(), state: z.enum(["skipped", "released"]) });

export const skipAssignment = defineEndpoint({
  method: "POST",
  path: "/assignments/{assignmentId}/skip",
  summary: "Give the item back: to meet it later, to leave it to others, or because nobody can judge it",
  access,
  params,
  body: z.strictObject({
    reason: typedText(500).refine((value) => value.trim() !== "", "must not be empty"),
    mode: skipModeSchema.default("requeue_for_others"),
  }),
  response: endedSchema,
});

export const releaseAssignment = defineEndpoint({
  method: "POST",
  path: "/assignments/{assignmentId}/release",
  summary: "Give back a lease that was not worked on, such as a prefetched one",
  access,
  params,
  response: endedSchema,
});
