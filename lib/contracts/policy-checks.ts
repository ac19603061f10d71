/** Test prompts to policy variants, and what the answers tell of a policy's health. */
import { z } from "zod";
import { typedText } from "./annotation-shapes";
import { idParams, instantSchema } from "./common";
import { defineEndpoint } from "./endpoint";

const lead = { role: "lead", scope: "projects" } as const;

export const policyCheckSchema = z.object({
  id: z.uuid(),
  variantId: z.uuid(),
  variant: z.string(),
  prompt: z.string(),
  state: z.enum(["queued", "done", "failed"]),
  text: z.string().nullable(),
  error: z.string().nullable(),
  /** Until the first piece of text, and until the end, milliseconds. */
  firstTextMs: z.number().int().nullable(),
  durationMs: z.number().int().nullable(),
  createdAt: instantSchema,
});
export type PolicyCheck = z.infer<typeof policyCheckSchema>;

export const checkPolicyVariant = defineEndpoint({
  method: "POST",
  path: "/policy-variants/{id}/checks",
  summary: "Send a test prompt to a variant; the worker answers, the result appears among the policy's checks",
  access: lead,
  params: idParams,
  body: z.strictObject({ prompt: typedText(4000).trim().min(1) }),
  response: policyCheckSchema,
  status: 202,
});

export const listPolicyChecks = defineEndpoint({
  method: "GET",
  path: "/policies/{id}/checks",
  summary: "The newest test prompts of a policy, and how its live answers of the last 24 hours ended",
  access: lead,
  params: idParams,
  response: z.object({
    checks: z.array(policyCheckSchema),
    answers: z.object({ done: z.number().int(), failed: z.number().int() }),
  }),
});
