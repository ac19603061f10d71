import { z } from "zod";
import { idSchema, instantSchema, pageOf } from "./common";
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

export const listAudit = defineEndpoint({
  method: "GET",
  path: "/audit",
  summary: "Audit events, newest first; a lead names a project, an admin may see all",
  access: { role: "lead", scope: "admin" },
  query: z.object({
    projectId: idSchema.optional(),
    objectId: z.string().max(200).optional(),
    after: z
      .string()
      .regex(/^\d{1,18}$/, "not a cursor of this list")
      .optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  response: pageOf(auditEventSchema),
});
