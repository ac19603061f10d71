/** Seals audit events into a SHA-256 chain and verifies it (I10). Why sealing is not part of each transaction: docs/decisions/0002. */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Tx } from "@/db/client";
import {
  chainHead,
  countUnsealed,
  type EventPlace,
  type EventText,
  insertLinks,
  linksAfter,
  lockChain,
  type NewLink,
  openEvents,
  unsealedEvents,
} from "@/db/queries/audit-chain";
import { canonicalJson } from "@/lib/domain/canonical-json";
import { inTransaction, requireRole, type ServiceContext } from "../context";

const BATCH = 500;
const PAUSE_MS = 20;
/** What the first link follows. */
export const GENESIS = "0".repeat(64);

/** SHA-256 (hex) over the previous hash and the event's canonical JSON. */
export function linkHash(previous: string, event: EventText): string {
  const { id, transaction, at, actorId, actorKind, action, objectType, objectId, projectId, details } = event;
  const body = canonicalJson({
    id,
    transaction,
    at,
    actorId,
    actorKind,
    action,
    objectType,
    objectId,
    projectId,
    details,
  });
  return createHash("sha256").update(`${previous}\n${body}`, "utf8").digest("hex");
}

/** Links every committed event that has none. Safe to run from several processes at once. */
export async function sealAudit(context: ServiceContext): Promise<{ sealed: number }> {
  requireRole(context, "admin");
  const { from, next } = await openEvents(context.db);
  let after = from;
  let sealed = 0;
  for (;;) {
    const batch = await inTransaction(context, (tx) => sealBatch(tx, after, next));
    sealed += batch.length;
    const last = batch.at(-1);
    if (!last || batch.length < BATCH) return { sealed };
    after = last;
    // Annotators come first: what was sealed is a minute old anyway.
    await pause(PAUSE_MS);
  }
}

async function sealBatch(tx: Tx, after: EventPlace, next: string): Promise<EventText[]> {
  await lockChain(tx);
  const head = await chainHead(tx);
  const events = await unsealedEvents(tx, after, BATCH);
  const isLast = events.length < BATCH;
  let hash = head?.hash ?? GENESIS;
  const links = events.map((event, index): NewLink => {
    hash = linkHash(hash, event);
    const position = (head?.position ?? 0) + index + 1;
    return { position, eventId: event.id, hash, openFrom: isLast && index === events.length - 1 ? next : null };
  });
  if (links.length > 0) await insertLinks(tx, links);
  return events;
}

export interface AuditVerification {
  /** Links that hold, from the first. */
  verified: number;
  /** Events not yet in the chain: sealed within a minute while a worker runs. */
  unsealed: number;
  /** Hash of the last link that holds; kept elsewhere, it also proves that nothing was cut off the end. */
  head: string;
  broken: { position: number; eventId: string; reason: string } | null;
}

/** Recomputes the whole chain in batches and stops at the first link that does not hold. */
export async function verifyAudit(context: ServiceContext): Promise<AuditVerification> {
  requireRole(context, "admin");
  let [verified, head] = [0, GENESIS];
  for (;;) {
    const links = await linksAfter(context.db, verified, BATCH);
    for (const link of links) {
      const position = verified + 1;
      const reason =
        Number(link.position) !== position
          ? `link ${position} is missing`
          : !link.found
            ? "its event is gone"
            : linkHash(head, link) !== link.hash
              ? "the hash does not match: the event or an earlier link was changed"
              : null;
      if (reason)
        return {
          verified,
          head,
          unsealed: await countUnsealed(context.db),
          broken: { position, eventId: link.eventId, reason },
        };
      verified = position;
      head = link.hash;
    }
    if (links.length < BATCH) return { verified, head, unsealed: await countUnsealed(context.db), broken: null };
  }
}
