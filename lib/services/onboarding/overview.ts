/** What an annotator has to do before the items come: per task the certificate, and the tests with where each of them stands. */
import {
  certifiedTasks,
  lastRevocation,
  pendingRenewal,
  publishedTests,
  validCertificate,
} from "@/db/queries/onboarding";
import type { OnboardingTask } from "@/lib/contracts/onboarding";
import { allQuestions, pickText } from "@/lib/domain/entry-test";
import { requireProject, requireUser, type ServiceContext } from "../context";
import { iso, isoOrNull } from "../instants";
import { applyDueRecertifications } from "./recertify";
import { closeOverdue, RENEWED, standingsOf, type Task } from "./settle";

const TASKS: Task[] = ["helpfulness", "safety"];

export async function readOnboarding(
  context: ServiceContext,
  input: { projectId: string; locale: string },
): Promise<{ tasks: OnboardingTask[] }> {
  const user = requireUser(context);
  await requireProject(context, context.db, input.projectId);
  await closeOverdue(context, { userId: user.id });
  await applyDueRecertifications(context, input.projectId);
  const needed = await certifiedTasks(context.db, input.projectId);
  const tested = new Set((await publishedTests(context.db, input.projectId)).map(({ test }) => test.task));
  const tasks = TASKS.filter((task) => needed.has(task) || tested.has(task));
  return {
    tasks: await Promise.all(tasks.map((task) => taskView(context, { ...input, task, userId: user.id }, needed))),
  };
}

async function taskView(
  { db }: ServiceContext,
  input: { projectId: string; locale: string; task: Task; userId: string },
  needed: Set<Task>,
): Promise<OnboardingTask> {
  const { projectId, task, userId, locale } = input;
  const certificate = await validCertificate(db, projectId, task, userId);
  const renewal = certificate ? await pendingRenewal(db, projectId, task, certificate.grantedAt) : undefined;
  const revoked = certificate ? null : await lastRevocation(db, projectId, task, userId);
  const { tests, found } = await standingsOf(db, projectId, task, userId);
  return {
    task,
    certificateNeeded: needed.has(task),
    certificate: certificate ? { id: certificate.id, grantedAt: iso(certificate.grantedAt) } : null,
    revokedReason: revoked === RENEWED ? null : revoked,
    renewBy: isoOrNull(renewal?.dueAt ?? null),
    renewReason: renewal?.reason ?? null,
    steps: tests.map(({ test, version }) => {
      const standing = found.find(({ testId }) => testId === test.id)!;
      return {
        testId: test.id,
        title: pickText(version.content.title, locale),
        intro: pickText(version.content.intro, locale),
        required: test.required,
        minutes: version.content.minutes,
        questions: allQuestions(version.content).length,
        status: standing.status,
        attemptId: standing.attemptId,
        attemptsLeft: standing.attemptsLeft,
        availableAt: isoOrNull(standing.availableAt),
      };
    }),
  };
}
