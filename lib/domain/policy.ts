/** Configuration of a policy by kind. Keys of endpoints are not in here: they are sealed in their own column. */
import { z } from "zod";

export const endpointConfigSchema = z.strictObject({
  /** OpenAI-compatible base address, ending before /chat/completions. */
  baseUrl: z.url({ protocol: /^https?$/ }).max(2000),
  model: z.string().min(1).max(300),
  timeoutSecondsMax: z.number().int().min(1).max(600).default(120),
});
export const embeddedConfigSchema = z.strictObject({
  /** "smollm2", or the path of a GGUF file on the server. */
  model: z.string().min(1).max(1000),
});
export const recordingSchema = z.strictObject({
  prompt: z.string().min(1),
  responses: z.array(z.string().min(1)).min(1),
});
export const replayConfigSchema = z.strictObject({ recordings: z.array(recordingSchema).min(1) });

export const policyConfigSchemas = {
  endpoint: endpointConfigSchema,
  embedded: embeddedConfigSchema,
  replay: replayConfigSchema,
} as const;
export type PolicyKind = keyof typeof policyConfigSchemas;
export type EndpointConfig = z.infer<typeof endpointConfigSchema>;
export type EmbeddedConfig = z.infer<typeof embeddedConfigSchema>;
export type ReplayConfig = z.infer<typeof replayConfigSchema>;
