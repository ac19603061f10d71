/** Makes mirrored re-asks of old judgements; the worker's job calls it every hour. */
import { insertAudit } from "@/db/queries/audit";
import { createMirrors, withdrawMirrors } from "@/db/queries/mirrors";
import { DomainError } from "@/lib/errors";
import { auditActor, inTransaction, type ServiceContext } from "../context";

/** System actors only. Safe to run twice: what waits is counted first, and no judgement is asked again twice. */
export async function keepMirrors(context: ServiceContext): Promise<{ made: number; withdrawn: number }> {
  if (context.actor.kind !== "system") throw new DomainError("forbidden");
  return inTransaction(context, async (tx) => {
    const withdrawn = await withdrawMirrors(tx);
    const made = await createMirrors(tx);
    const told = (action: string) => (row: { projectId: string; items: number }) => ({
      actor: auditActor(context.actor),
      action,
      objectType: "project",
      objectId: row.projectId,
      projectId: row.projectId,
      details: { items: row.items },
    });
    await insertAudit(tx, ...made.map(told("mirrors.created")), ...withdrawn.map(told("mirrors.withdrawn")));
    const sum = (rows: readonly { items: number }[]) => rows.reduce((total, { items }) => total + items, 0);
    return { made: sum(made), withdrawn: sum(withdrawn) };
  });
}
