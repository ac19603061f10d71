/** Ghost Attention dialogues (Llama 2 section 3.3). */
import { z } from "zod";
import { messageSchema } from "@/trainer/format/pair";
import { pageOf, pageQuery } from "./common";
import { defineEndpoint } from "./endpoint";

const lead = { role: "lead", scope: "train" } as const;

export const ghostAttentionDialogueSchema = z.object({
  id: z.uuid(),
  roundId: z.uuid(),
  roundNumber: z.number().int(),
  position: z.number().int(),
  variantId: z.uuid(),
  variantName: z.string(),
  policyName: z.string(),
  instruction: z.string(),
  /** Which attributes were combined, in which language, shortened or not. */
  constraints: z.unknown(),
  /** The training dialogue: the instruction stands on the first user turn only. */
  messages: z.array(messageSchema),
  /** Whether a message carries loss; as long as `messages`. */
  lossOn: z.array(z.boolean()),
  /** Why the dialogue is kept out of the data and the queue; null = it is in. */
  filteredReason: z.string().nullable(),
  itemId: z.uuid().nullable(),
  /** Annotators' verdicts per assistant turn, one list per review. */
  reviews: z.array(z.array(z.string())),
  createdAt: z.string(),
});
export type GhostAttentionDialogue = z.infer<typeof ghostAttentionDialogueSchema>;

export const listGhostAttentionDialogues = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/ghost-attention",
  summary: "Ghost Attention dialogues of a project, newest round first",
  access: lead,
  params: z.object({ projectId: z.uuid() }),
  query: pageQuery.extend({ roundId: z.uuid().optional() }),
  response: pageOf(ghostAttentionDialogueSchema),
});

export const getGhostAttentionDialogue = defineEndpoint({
  method: "GET",
  path: "/ghost-attention/{dialogueId}",
  summary: "One Ghost Attention dialogue with its loss mask and reviews",
  access: lead,
  params: z.object({ dialogueId: z.uuid() }),
  response: ghostAttentionDialogueSchema,
});
