/** Grades what annotators answered on gold items. Runs with the quality tallies, about a minute after the answer, in their transaction. */
import { inArray } from "drizzle-orm";
import type { Tx } from "@/db/client";
import type { Annotator } from "@/db/queries/annotators";
import {
  type GoldJudgement,
  type GradedGold,
  replaceGoldNotes,
  replaceGrades,
  takenGold,
  takenHasty,
} from "@/db/queries/checks";
import { projects } from "@/db/schema";
import { isRightAnswer } from "@/lib/domain/gold";
import { type ProjectSettings, projectSettingsSchema } from "@/lib/domain/project-settings";
import { pauseIfCareless, pauseIfHasty } from "../annotators/standing";

const gradeOf = (row: GoldJudgement): GradedGold => ({
  ...row,
  right: isRightAnswer(row, { preferred: row.goldPreferred, safety: row.goldSafety }),
});

async function settingsOf(tx: Tx, projectIds: readonly string[]): Promise<Map<string, ProjectSettings>> {
  if (projectIds.length === 0) return new Map();
  const rows = await tx
    .select({ id: projects.id, settings: projects.settings })
    .from(projects)
    .where(inArray(projects.id, [...new Set(projectIds)]));
  return new Map(rows.map(({ id, settings }) => [id, projectSettingsSchema.parse(settings)]));
}

/** Each annotator once. */
const annotatorsOf = (rows: readonly Annotator[]): Annotator[] => [
  ...new Map(rows.map(({ projectId, userId }) => [`${projectId} ${userId}`, { projectId, userId }] as const)).values(),
];

/** Stores the grades and the later notes about what was missed. */
export async function storeGrades(tx: Tx, judgements: readonly GoldJudgement[]): Promise<void> {
  const settings = await settingsOf(
    tx,
    judgements.map(({ projectId }) => projectId),
  );
  const graded = judgements.map(gradeOf);
  await replaceGrades(tx, graded);
  for (const [projectId, { annotators }] of settings)
    await replaceGoldNotes(
      tx,
      graded.filter((row) => row.projectId === projectId),
      annotators.goldFeedbackDays,
    );
}

/** For the judgements that the tallies take in: grades, then the tests of whom they concern. */
export async function gradeTaken(tx: Tx, comparisonIds: readonly string[]): Promise<void> {
  const judgements = await takenGold(tx, comparisonIds);
  const hasty = await takenHasty(tx, comparisonIds);
  if (judgements.length === 0 && hasty.length === 0) return;
  await storeGrades(tx, judgements);
  const settings = await settingsOf(
    tx,
    [...judgements, ...hasty].map(({ projectId }) => projectId),
  );
  for (const annotator of annotatorsOf(judgements))
    await pauseIfCareless(tx, annotator, settings.get(annotator.projectId)!);
  for (const annotator of annotatorsOf(hasty)) await pauseIfHasty(tx, annotator, settings.get(annotator.projectId)!);
}
