/** Whether an annotator gets items: the sequential test on gold items, the test of haste, a lead's word. */
import type { Tx } from "@/db/client";
import {
  type Annotator,
  type PauseReason,
  releaseLeases,
  saveTest,
  selectGrades,
  setPaused,
  setResumed,
} from "@/db/queries/annotators";
import { type AuditActor, insertAudit } from "@/db/queries/audit";
import { selectHaste } from "@/db/queries/checks";
import { annotatorNotes } from "@/db/schema";
import { HASTE_WINDOW, isTooHasty } from "@/lib/domain/gold";
import { type ProjectSettings, sequentialSettingsOf } from "@/lib/domain/project-settings";
import { type SequentialState, sequentialTest } from "@/lib/domain/sequential-test";

export interface StandingChange {
  actor: AuditActor;
  note: string;
}
/** The tests run wherever the tallies are refreshed, so the pause is the system's whoever looked. */
const SYSTEM: AuditActor = { id: null, kind: "worker" };

async function tell(tx: Tx, annotator: Annotator, kind: "pause" | "resume", change: StandingChange): Promise<void> {
  await tx.insert(annotatorNotes).values({ ...annotator, kind, body: change.note, authorId: change.actor.id });
}

/** Nothing more is leased, what is leased goes back, drafts stay. False when the annotator was paused already. */
export async function pause(
  tx: Tx,
  annotator: Annotator,
  change: StandingChange & { reason: PauseReason; details?: Record<string, unknown> },
): Promise<boolean> {
  if (!(await setPaused(tx, annotator, change))) return false;
  const { projectId, userId } = annotator;
  const shared = { actor: change.actor, projectId };
  const released = await releaseLeases(tx, annotator);
  await insertAudit(
    tx,
    {
      ...shared,
      action: "annotator.paused",
      objectType: "user",
      objectId: userId,
      details: { reason: change.reason, ...(change.note ? { note: change.note } : {}), ...change.details },
    },
    ...released.map((id) => ({ ...shared, action: "assignment.release", objectType: "assignment", objectId: id })),
  );
  await tell(tx, annotator, "pause", change);
  return true;
}

/** The tests begin anew. False when the annotator was not paused. */
export async function resume(tx: Tx, annotator: Annotator, change: StandingChange): Promise<boolean> {
  if (!(await setResumed(tx, annotator))) return false;
  await insertAudit(tx, {
    actor: change.actor,
    action: "annotator.resumed",
    objectType: "user",
    objectId: annotator.userId,
    projectId: annotator.projectId,
    details: change.note ? { note: change.note } : {},
  });
  await tell(tx, annotator, "resume", change);
  return true;
}

/** Runs the sequential test over the graded gold items and stores its state; does not pause by itself. */
export async function testGold(tx: Tx, annotator: Annotator, settings: ProjectSettings): Promise<SequentialState> {
  const grades = await selectGrades(tx, annotator);
  const test = sequentialTest(
    grades.filter(({ past }) => !past).map(({ right }) => right),
    sequentialSettingsOf(settings),
  );
  const right = grades.filter((grade) => grade.right).length;
  await saveTest(tx, annotator, { seen: grades.length, right, logRatio: test.logRatio });
  return test;
}

/** Pauses whom the sequential test rejects. */
export async function pauseIfCareless(tx: Tx, annotator: Annotator, settings: ProjectSettings): Promise<boolean> {
  const { decision, logRatio } = await testGold(tx, annotator, settings);
  if (decision !== "pause") return false;
  return pause(tx, annotator, { actor: SYSTEM, reason: "gold", note: "", details: { logRatio } });
}

/** Pauses whose newest judgements lie below the time floor too often to be chance. */
export async function pauseIfHasty(tx: Tx, annotator: Annotator, settings: ProjectSettings): Promise<boolean> {
  const { n, hasty } = await selectHaste(tx, annotator, HASTE_WINDOW);
  if (!isTooHasty(hasty, n, settings.annotators)) return false;
  return pause(tx, annotator, { actor: SYSTEM, reason: "duration", note: "", details: { hasty, n } });
}
