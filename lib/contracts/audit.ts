import { z } from "zod";
import { columnsSchema, idSchema, instantSchema, pageOf } from "./common";
import { defineEndpoint } from "./endpoint";

export const auditEventSchema = z.object({
  id: z.string(),
  at: instantSchema,
  actorId: z.uuid().nullable(),
  actorName: z.string().nullable(),
  /** "user", or the part of the system that acted. */
  actorKind: z.string(),
  action: z.string(),
  objectType: z.string(),
  objectId: z.string(),
  projectId: z.uuid().nullable(),
  details: z.record(z.string(), z.unknown()),
  /** Whether the hash chain covers it already. */
  sealed: z.boolean(),
});
export type AuditEvent = z.infer<typeof auditEventSchema>;

const auditFilter = {
  projectId: idSchema.optional(),
  objectId: z.string().max(200).optional(),
  /** What the action's name starts with: "policy." for everything about policies. */
  action: z
    .string()
    .regex(/^[a-z_.]{1,60}$/, "not the start of an action's name")
    .optional(),
};

export const listAudit = defineEndpoint({
  method: "GET",
  path: "/audit",
  summary: "Audit events, newest first; a lead names a project, an admin may see all",
  access: { role: "lead", scope: "admin" },
  query: z.object({
    ...auditFilter,
    after: z
      .string()
      .regex(/^\d{1,18}$/, "not a cursor of this list")
      .optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  response: pageOf(auditEventSchema),
});

export const exportAudit = defineEndpoint({
  method: "GET",
  path: "/audit/export",
  summary: "Audit events under the same filters, as CSV",
  access: { role: "lead", scope: "admin" },
  query: z.object({ ...auditFilter, columns: columnsSchema }),
  rawResponse: "text/csv",
});

export const auditVerificationSchema = z.object({
  /** Links that hold, from the first. */
  verified: z.number(),
  /** Events that no link covers yet. */
  unsealed: z.number(),
  /** Hash of the last link that holds. */
  head: z.string(),
  broken: z.object({ position: z.number(), eventId: z.string(), reason: z.string() }).nullable(),
});

export const verifyAuditChain = defineEndpoint({
  method: "GET",
  path: "/audit/verify",
  summary: "Recompute the hash chain over all audit events and name the first link that does not hold",
  access: { role: "admin", scope: "admin" },
  response: auditVerificationSchema,
});
