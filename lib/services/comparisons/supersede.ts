/** A change of mind: a new judgement that points at the old one, which stays as it was (I4). */
import { databaseError } from "@/db/client";
import { comparisonByKey, insertSupersession, ownComparison } from "@/db/queries/comparisons";
import { hasNoteSince } from "@/db/queries/reviews";
import { type ComparisonAnswer, SUPERSEDE_SECONDS_MAX, type Verdict } from "@/lib/contracts/comparisons";
import { chosenAndRejected } from "@/lib/domain/preference";
import { DomainError, notFound } from "@/lib/errors";
import { annotator } from "../assignments/annotator";
import { retrying } from "../assignments/retrying";
import type { ServiceContext } from "../context";
import { toComparisonAnswer } from "./answer";
import { payloadHash, sameOrMismatch, scopedKey } from "./submission";
import { requireFittingSafety, requireFittingSeverity, storedVerdict } from "./submit";

export interface SupersedeInput {
  comparisonId: string;
  idempotencyKey: string;
  verdict: Verdict;
}

export async function supersedeComparison(context: ServiceContext, input: SupersedeInput): Promise<ComparisonAnswer> {
  const user = annotator(context);
  requireFittingSeverity(input.verdict);
  const key = scopedKey(user.id, input.idempotencyKey);
  const hash = payloadHash("supersede", [input.comparisonId, input.verdict]);
  return retrying(async () => {
    const before = await comparisonByKey(context.db, key);
    if (before) return toComparisonAnswer(sameOrMismatch(before, hash));
    await replace(context, input, key, hash);
    const stored = await comparisonByKey(context.db, key);
    if (!stored) throw notFound("Comparison");
    return toComparisonAnswer(sameOrMismatch(stored, hash));
  });
}

async function replace(context: ServiceContext, input: SupersedeInput, key: string, hash: string): Promise<void> {
  const user = annotator(context);
  const old = await ownComparison(context.db, input.comparisonId, user);
  if (!old) throw notFound("Comparison");
  const isOld = Date.now() - old.createdAtMs > SUPERSEDE_SECONDS_MAX * 1000;
  // A word from a reviewer opens an old judgement again.
  if (isOld && !(await hasNoteSince(context.db, old.id, SUPERSEDE_SECONDS_MAX)))
    throw new DomainError("conflict", "This judgement is too old to be changed.");
  const { verdict } = input;
  try {
    await insertSupersession(context.db, {
      ...chosenAndRejected(verdict.preferred, old.swapped, old),
      userId: user.id,
      supersedesId: old.id,
      task: old.task,
      safety: requireFittingSafety(old.task, verdict.safety),
      ...storedVerdict(verdict),
      idempotencyKey: key,
      payloadHash: hash,
    });
  } catch (error) {
    const constraint = databaseError(error)?.constraint;
    // A parallel request with the same key may trip either index; reading by key afterwards decides.
    if (constraint === "comparisons_idempotency") return;
    if (constraint !== "comparisons_supersedes") throw error;
    if (!(await comparisonByKey(context.db, key)))
      throw new DomainError("conflict", "This judgement has been replaced already.");
  }
}
