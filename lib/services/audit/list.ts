import { listEvents } from "@/db/queries/audit-chain";
import type { AuditEvent } from "@/lib/contracts/audit";
import { requireProject, requireRole, type ServiceContext } from "../context";

/** Newest first. A lead sees one project at a time; everything at once needs an admin. */
export async function listAudit(
  context: ServiceContext,
  input: { projectId?: string; objectId?: string; action?: string; after?: string; limit: number },
): Promise<{ rows: AuditEvent[]; next: string | null }> {
  if (input.projectId) await requireProject(context, context.db, input.projectId, "lead");
  else requireRole(context, "admin");
  const { after, limit, ...filter } = input;
  const rows = await listEvents(context.db, { ...filter, before: after, limit: limit + 1 });
  const page = rows.slice(0, limit);
  return {
    rows: page.map((row) => ({ ...row, at: new Date(row.at).toISOString() })),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}
