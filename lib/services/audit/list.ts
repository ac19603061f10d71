import { listEvents } from "@/db/queries/audit-chain";
import type { AuditEvent } from "@/lib/contracts/audit";
import { requireProject, requireRole, type ServiceContext } from "../context";
import { CSV_PAGE_ROWS, type CsvColumns, type CsvFile, chooseColumns, csvBytes } from "../lists/csv";
import { tellExport } from "../lists/tell-export";

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

const COLUMNS: CsvColumns<AuditEvent> = {
  id: (event) => event.id,
  at: (event) => event.at,
  actor: (event) => event.actorName ?? event.actorKind,
  action: (event) => event.action,
  objectType: (event) => event.objectType,
  object: (event) => event.objectId,
  details: (event) => JSON.stringify(event.details),
  chain: (event) => (event.sealed ? "sealed" : "unsealed"),
};

export async function exportAudit(
  context: ServiceContext,
  input: { projectId?: string; objectId?: string; action?: string; columns?: string | undefined },
): Promise<CsvFile> {
  const { columns, ...filter } = input;
  const names = chooseColumns(COLUMNS, columns);
  await listAudit(context, { ...filter, limit: 1 });
  await tellExport(context, { projectId: input.projectId ?? null, screen: "audit", filter });
  const page = (after: string | undefined) =>
    listAudit(context, { ...filter, ...(after === undefined ? {} : { after }), limit: CSV_PAGE_ROWS });
  return { fileName: "audit.csv", bytes: csvBytes(COLUMNS, names, page) };
}
