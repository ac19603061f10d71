/** What leaves as a file is told to the audit trail: who took which list under which filters. */
import { insertAudit } from "@/db/queries/audit";
import type { ListScreen } from "@/lib/domain/lists";
import { auditActor, inTransaction, type ServiceContext } from "../context";

export async function tellExport(
  context: ServiceContext,
  input: { projectId: string | null; screen: ListScreen; filter: Record<string, unknown> },
): Promise<void> {
  const { projectId: _projectId, ...filter } = input.filter;
  await inTransaction(context, (tx) =>
    insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "list.exported",
      objectType: "list",
      objectId: input.screen,
      projectId: input.projectId,
      details: filter,
    }),
  );
}
