import { z } from "zod";
import { idParams, instantSchema, scopeSchema } from "./common";
import { defineEndpoint } from "./endpoint";

export const tokenSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  scopes: z.array(scopeSchema),
  expiresAt: instantSchema.nullable(),
  revokedAt: instantSchema.nullable(),
  lastUsedAt: instantSchema.nullable(),
  createdAt: instantSchema,
});
export type ApiToken = z.infer<typeof tokenSchema>;

export const listTokens = defineEndpoint({
  method: "GET",
  path: "/tokens",
  summary: "One's own bearer tokens (never the secrets)",
  access: { role: "annotator", scope: "admin" },
  response: z.object({ rows: z.array(tokenSchema) }),
});
export const createToken = defineEndpoint({
  method: "POST",
  path: "/tokens",
  summary: "Create a bearer token; the secret is in this answer only",
  access: { role: "annotator", scope: "admin" },
  body: z.strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(scopeSchema).min(1),
    expiresInDays: z.number().int().min(1).max(730).default(90),
  }),
  response: tokenSchema.extend({ token: z.string() }),
  status: 201,
});
export const revokeToken = defineEndpoint({
  method: "DELETE",
  path: "/tokens/{id}",
  summary: "Revoke one of one's own tokens",
  access: { role: "annotator", scope: "admin" },
  params: idParams,
});
