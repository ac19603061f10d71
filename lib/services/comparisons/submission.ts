/**
 * What every judgement of a leased item goes through: acknowledged once, stored once (I1). Two readings and one statement
 * that writes everything together, each its own transaction; a lost race or a lost connection starts over from the reading.
 */
import { databaseError } from "@/db/client";
import { type SubmissionTarget, submissionTarget } from "@/db/queries/comparisons";
import { saveDraft } from "@/db/queries/queue";
import type { DraftBody } from "@/lib/contracts/drafts";
import { contentHash } from "@/lib/domain/holdout";
import { DomainError, notFound } from "@/lib/errors";
import { annotator } from "../assignments/annotator";
import { retrying } from "../assignments/retrying";
import type { ServiceContext } from "../context";

/** Keys are chosen by clients, so each is looked up within its user only. */
export const scopedKey = (userId: string, key: string): string => `${userId}:${key}`;

/** SHA-256 over what was asked for, the verb included: one key cannot serve two verbs. */
export const payloadHash = (verb: string, payload: unknown): string => contentHash([verb, payload]);

export function sameOrMismatch<Row extends { payloadHash: string }>(stored: Row, hash: string): Row {
  if (stored.payloadHash !== hash) throw new DomainError("idempotency_mismatch");
  return stored;
}

/** Each round either answers or has lost to a request that has committed; more rounds mean a defect. */
const ROUNDS_MAX = 5;

export interface Submission<Row extends { payloadHash: string }> {
  assignmentId: string;
  hash: string;
  /** What to keep as the assignment's draft when the judgement comes too late. */
  draft: DraftBody;
  findStored(): Promise<Row | undefined>;
  /** Refuses what does not fit the item, then writes. False = the lease was not in the expected state any more. */
  write(target: SubmissionTarget, late: boolean): Promise<boolean>;
}

export async function submitOnce<Row extends { payloadHash: string }>(
  context: ServiceContext,
  submission: Submission<Row>,
): Promise<Row> {
  const user = annotator(context);
  return retrying(async () => {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      // In this order: whoever set the lease to submitted has committed its row, so the second reading sees it.
      const target = await submissionTarget(context.db, submission.assignmentId, user, user.locale);
      if (!target) throw notFound("Assignment");
      const stored = await submission.findStored();
      if (stored) return sameOrMismatch(stored, submission.hash);
      if (target.assignmentState === "submitted")
        throw new DomainError("conflict", "This assignment has its judgement already.");
      if (target.assignmentState === "skipped" || target.assignmentState === "released")
        throw new DomainError("conflict", `This assignment is ${target.assignmentState} already.`);
      await writeOrKeep(context, submission, target);
    }
    throw new DomainError("unavailable", "The judgement could not be stored just now. Try again.");
  });
}

async function writeOrKeep<Row extends { payloadHash: string }>(
  context: ServiceContext,
  submission: Submission<Row>,
  target: SubmissionTarget,
): Promise<void> {
  try {
    await submission.write(target, target.assignmentState === "expired");
  } catch (error) {
    const constraint = databaseError(error)?.constraint;
    if (constraint === "items_slots" || constraint === "items_judgements") {
      await saveDraft(context.db, submission.assignmentId, annotator(context), submission.draft);
      throw new DomainError("lease_expired");
    }
    if (constraint?.endsWith("_idempotency")) return;
    if (constraint?.endsWith("_one_per_annotator"))
      throw new DomainError("conflict", "You hold or have judged this item under another assignment.");
    throw error;
  }
}
