import { z } from "zod";
import { embeddedConfigSchema, endpointConfigSchema, replayConfigSchema } from "@/lib/domain/policy";
import { idParams, instantSchema, projectParams } from "./common";
import { defineEndpoint } from "./endpoint";

export const variantSchema = z.object({
  id: z.uuid(),
  policyId: z.uuid(),
  name: z.string(),
  systemPrompt: z.string(),
  temperature: z.number(),
  topP: z.number(),
  topK: z.number(),
  tokensMax: z.number(),
  weight: z.number(),
  active: z.boolean(),
});
export const policySchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  name: z.string(),
  kind: z.enum(["endpoint", "embedded", "replay"]),
  /** Address and model, or the number of recordings; never a key. */
  description: z.string(),
  hasKey: z.boolean(),
  generation: z.number(),
  createdAt: instantSchema,
  archivedAt: instantSchema.nullable(),
  variants: z.array(variantSchema),
});
export type PolicyView = z.infer<typeof policySchema>;

const variantFields = z.strictObject({
  name: z.string().trim().min(1).max(100),
  systemPrompt: z.string().max(20_000).default(""),
  temperature: z.number().min(0).max(5).default(1),
  topP: z.number().gt(0).max(1).default(1),
  topK: z.number().int().min(0).max(1000).default(0),
  tokensMax: z.number().int().min(1).max(8192).default(256),
  weight: z.number().min(0).max(1000).default(1),
  active: z.boolean().default(true),
});

const common = { name: z.string().trim().min(1).max(200), generation: z.number().int().min(0).max(100_000).default(0) };

export const listPolicies = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/policies",
  summary: "Policies and their variants",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  response: z.object({ rows: z.array(policySchema) }),
});
export const createPolicy = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/policies",
  summary: "Register a policy with at least one variant",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  body: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("endpoint"),
      ...common,
      config: endpointConfigSchema,
      apiKey: z.string().min(1).max(4000).optional(),
      variants: z.array(variantFields).min(1).max(20),
    }),
    z.strictObject({
      kind: z.literal("embedded"),
      ...common,
      config: embeddedConfigSchema,
      variants: z.array(variantFields).min(1).max(20),
    }),
    z.strictObject({
      kind: z.literal("replay"),
      ...common,
      config: replayConfigSchema,
      variants: z.array(variantFields).min(1).max(20),
    }),
  ]),
  response: policySchema,
  status: 201,
});
export const updatePolicy = defineEndpoint({
  method: "PATCH",
  path: "/policies/{id}",
  summary: "Archive or restore a policy, rename it, or replace its key",
  access: { role: "lead", scope: "projects" },
  params: idParams,
  body: z.strictObject({
    name: common.name.optional(),
    archived: z.boolean().optional(),
    apiKey: z.string().min(1).max(4000).optional(),
  }),
  response: policySchema,
});
export const createVariant = defineEndpoint({
  method: "POST",
  path: "/policies/{id}/variants",
  summary: "Add a variant. Variants do not change afterwards, since stored answers point at them",
  access: { role: "lead", scope: "projects" },
  params: idParams,
  body: variantFields,
  response: policySchema,
  status: 201,
});
export const updateVariant = defineEndpoint({
  method: "PATCH",
  path: "/policy-variants/{id}",
  summary: "Switch a variant on or off, or change its weight for later draws",
  access: { role: "lead", scope: "projects" },
  params: idParams,
  body: z.strictObject({ active: z.boolean().optional(), weight: z.number().min(0).max(1000).optional() }),
  response: policySchema,
});
