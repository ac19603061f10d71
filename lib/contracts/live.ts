/** Live dialogues: the annotator writes the prompt, two answers stream side by side as A and B. */
import { z } from "zod";
import { sideSchema, strengthSchema, typedText } from "./annotation-shapes";
import { leasedAssignmentSchema } from "./assignments";
import { defineEndpoint } from "./endpoint";
import { liveStateSchema } from "./live-state";

export { type LiveSide, type LiveState, liveSideSchema, liveStateSchema } from "./live-state";

const access = { scope: "annotate", role: "annotator" } as const;
const params = z.strictObject({ assignmentId: z.uuid() });

export const sendLivePrompt = defineEndpoint({
  method: "POST",
  path: "/live/{assignmentId}/prompt",
  summary: "Send the prompt of this turn; two variants start to answer. The same prompt again changes nothing",
  access,
  params,
  body: z.strictObject({
    content: typedText(20_000).refine((value) => value.trim() !== "", "must not be empty"),
  }),
  response: liveStateSchema,
  status: 201,
});

export const checkNovelty = defineEndpoint({
  method: "POST",
  path: "/live/{assignmentId}/novelty",
  summary: "How new a prompt is among those that annotators wrote in the project before; stores nothing",
  access,
  params,
  body: z.strictObject({ content: typedText(20_000) }),
  response: z.strictObject({
    /** 1 = nothing like it, 0 = written before. */
    novelty: z.number(),
    nearest: z.strictObject({ excerpt: z.string(), similarity: z.number() }).nullable(),
  }),
});

export const getLiveState = defineEndpoint({
  method: "GET",
  path: "/live/{assignmentId}",
  summary: "The two answers of this turn as they stand",
  access,
  params,
  response: liveStateSchema,
});

/** An earlier turn of the caller's dialogue with both answers: the chosen one went on, its sibling stayed. */
export const liveTurnSchema = z.strictObject({
  turn: z.int(),
  prompt: z.string(),
  preferred: sideSchema,
  strength: strengthSchema,
  chosen: z.string(),
  sibling: z.string(),
});
export type LiveTurnView = z.infer<typeof liveTurnSchema>;

export const getLiveTree = defineEndpoint({
  method: "GET",
  path: "/live/{assignmentId}/tree",
  summary:
    "The judged turns before this one, oldest first, each with the answer chosen and the one left as its sibling",
  access,
  params,
  response: z.strictObject({ turns: z.array(liveTurnSchema) }),
});

/** Server-sent events named `state`, each a whole LiveState; ends after the state whose `votable` is true or both sides failed. */
export const streamLive = defineEndpoint({
  method: "GET",
  path: "/live/{assignmentId}/stream",
  summary: "Server-sent events (text/event-stream): `state` events, each with the whole live state; safe to reconnect",
  access,
  params,
  rawResponse: "text/event-stream",
});

export const stopLive = defineEndpoint({
  method: "POST",
  path: "/live/{assignmentId}/stop",
  summary: "Stop one answer and keep the text so far",
  access,
  params,
  body: z.strictObject({ side: sideSchema }),
  response: liveStateSchema,
});

export const retryLive = defineEndpoint({
  method: "POST",
  path: "/live/{assignmentId}/retry",
  summary: "Ask again for an answer that failed or was stopped without text",
  access,
  params,
  body: z.strictObject({ side: sideSchema }),
  response: liveStateSchema,
});

export const continueLive = defineEndpoint({
  method: "POST",
  path: "/live/{assignmentId}/continue",
  summary: "After the comparison: go on from the chosen answer. Answers the next turn, already leased to the caller",
  access,
  params,
  response: leasedAssignmentSchema,
  status: 201,
});

export const finishLive = defineEndpoint({
  method: "POST",
  path: "/live/{assignmentId}/finish",
  summary: "End the dialogue; an unjudged turn is given up",
  access,
  params,
  response: z.strictObject({ finished: z.literal(true) }),
});
