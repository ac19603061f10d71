/** One annotator as a lead sees them. */
import { and, eq } from "drizzle-orm";
import type { Connection } from "@/db/client";
import { selectCertificates, selectGrades, selectRecentJudgements, selectState } from "@/db/queries/annotators";
import { selectChecks, selectHaste } from "@/db/queries/checks";
import { reviewTallies } from "@/db/queries/reviews";
import { projectMembers, users } from "@/db/schema";
import type { AnnotatorDetails, AnnotatorJudgement, GoldTest } from "@/lib/contracts/annotators";
import { projectSettingsSchema, sequentialSettingsOf } from "@/lib/domain/project-settings";
import { approvalRate } from "@/lib/domain/review";
import { sequentialTest } from "@/lib/domain/sequential-test";
import { notFound } from "@/lib/errors";
import { sequenceCursor } from "../comparisons/read";
import { requireProject, type ServiceContext } from "../context";
import { BATCHES_PER_READ } from "../quality/agreement";
import { annotatorQualities, shareOf } from "../quality/annotators";
import { refreshQuality } from "../quality/refresh";

export interface AnnotatorInput {
  projectId: string;
  userId: string;
}

/** A member of the project, or somebody who has left but whose work is there. Errors: `not_found`. */
export async function requireAnnotator(connection: Connection, { projectId, userId }: AnnotatorInput) {
  const [person] = await connection
    .select({
      name: users.name,
      email: users.email,
      role: users.role,
      languages: users.languages,
      memberOf: projectMembers.projectId,
    })
    .from(users)
    .leftJoin(projectMembers, and(eq(projectMembers.userId, users.id), eq(projectMembers.projectId, projectId)))
    .where(eq(users.id, userId));
  const known =
    person &&
    (person.memberOf !== null ||
      (await selectRecentJudgements(connection, { projectId, userId, before: null, limit: 1 })).length > 0);
  if (!known) throw notFound("Annotator");
  const { name, email, role, languages } = person;
  return { userId, name, email, role, languages };
}

const STEPS_SHOWN = 200;
const isoOf = (ms: number): string => new Date(ms).toISOString();

/** The test after each answer since it last began for this person. */
async function goldTestOf(
  connection: Connection,
  annotator: AnnotatorInput,
  settings: ReturnType<typeof sequentialSettingsOf>,
): Promise<GoldTest> {
  const grades = (await selectGrades(connection, annotator)).filter(({ past }) => !past);
  const answers = grades.map(({ right }) => right);
  const { upper, lower, logRatio } = sequentialTest(answers, settings);
  const from = Math.max(0, grades.length - STEPS_SHOWN);
  const steps = grades.slice(from).map(({ right, judgedAtMs }, index) => ({
    at: isoOf(judgedAtMs),
    right,
    logRatio: sequentialTest(answers.slice(0, from + index + 1), settings).logRatio,
  }));
  return { upper, lower, logRatio, steps };
}

export async function readAnnotator(context: ServiceContext, input: AnnotatorInput): Promise<AnnotatorDetails> {
  const { db } = context;
  const project = await requireProject(context, db, input.projectId, "lead");
  const person = await requireAnnotator(db, input);
  await refreshQuality(context, BATCHES_PER_READ);
  const settings = sequentialSettingsOf(projectSettingsSchema.parse(project.settings));
  const habits = (await annotatorQualities(db, input)).find(({ userId }) => userId === input.userId) ?? null;
  const checks = (await selectChecks(db, input)).find(({ userId }) => userId === input.userId);
  const state = await selectState(db, input);
  const haste = await selectHaste(db, input, null);
  const certificates = await selectCertificates(db, input);
  const tally = (await reviewTallies(db, input.projectId)).find(({ userId }) => userId === input.userId);
  return {
    ...person,
    paused:
      state?.pausedAtMs && state.pauseReason
        ? { at: isoOf(state.pausedAtMs), reason: state.pauseReason, note: state.pauseNote }
        : null,
    testedSince: state?.testedSinceMs ? isoOf(state.testedSinceMs) : null,
    habits,
    gold: shareOf(checks?.goldRight ?? 0, checks?.goldSeen ?? 0),
    goldTest: await goldTestOf(db, input, settings),
    mirrored: {
      sameSide: shareOf(checks?.sameSide ?? 0, checks?.flipped ?? 0),
      choseATwice: shareOf(checks?.choseATwice ?? 0, checks?.sameSide ?? 0),
    },
    hasty: shareOf(haste.hasty, haste.n),
    approved: tally ? approvalRate(tally) : null,
    certificates: certificates.map(({ grantedAtMs, revokedAtMs, ...row }) => ({
      ...row,
      grantedAt: isoOf(grantedAtMs),
      revokedAt: revokedAtMs === null ? null : isoOf(revokedAtMs),
    })),
  };
}

export async function listAnnotatorJudgements(
  context: ServiceContext,
  input: AnnotatorInput & { cursor?: string; limit: number },
): Promise<{ comparisons: AnnotatorJudgement[]; nextCursor: string | null }> {
  await requireProject(context, context.db, input.projectId, "lead");
  await requireAnnotator(context.db, input);
  const rows = await selectRecentJudgements(context.db, { ...input, before: sequenceCursor(input.cursor) });
  return {
    comparisons: rows.map(({ sequence: _sequence, createdAtMs, ...row }) => ({
      ...row,
      createdAt: isoOf(createdAtMs),
    })),
    nextCursor: rows.length === input.limit ? (rows.at(-1)?.sequence ?? null) : null,
  };
}
