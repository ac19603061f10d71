/** Writes audit events. The hash chain over them is sealed later (lib/services/audit). */
import type { Connection } from "../client";
import { auditEvents } from "../schema";

/** A signed-in person, or a named part of the system. */
export interface AuditActor {
  id: string | null;
  kind: "user" | "worker" | "import" | "seed" | "cli" | "anonymous";
}

export interface AuditEntry {
  actor: AuditActor;
  action: string;
  objectType: string;
  objectId: string;
  projectId?: string | null;
  details?: Record<string, unknown>;
}

export async function insertAudit(connection: Connection, ...entries: AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await connection.insert(auditEvents).values(
    entries.map((entry) => ({
      actorId: entry.actor.id,
      actorKind: entry.actor.kind,
      action: entry.action,
      objectType: entry.objectType,
      objectId: entry.objectId,
      projectId: entry.projectId ?? null,
      details: entry.details ?? {},
    })),
  );
}
