/** When a project's rounds start by themselves. The row is the truth; the worker keeps pg-boss's schedules in step with it. */
import { and, eq, isNull } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { projects } from "@/db/schema";
import type { Schedule } from "@/lib/contracts/rounds";
import { DomainError, type FieldProblem } from "@/lib/errors";
import { nextRun, type WantedSchedule } from "@/lib/jobs/schedules";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { isoOrNull } from "../instants";

type ScheduleColumns = { scheduleCron: string; scheduleTimeZone: string; schedulePaused: boolean };

function view({ scheduleCron, scheduleTimeZone, schedulePaused }: ScheduleColumns): Schedule {
  return {
    cron: scheduleCron,
    timeZone: scheduleTimeZone,
    paused: schedulePaused,
    nextAt: schedulePaused ? null : isoOrNull(nextRun(scheduleCron, scheduleTimeZone)),
  };
}

export async function getSchedule(context: ServiceContext, projectId: string): Promise<Schedule> {
  return view(await requireProject(context, context.db, projectId, "lead"));
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function check({ cron, timeZone }: { cron: string; timeZone: string }): void {
  const problems: FieldProblem[] = [];
  if (!isTimeZone(timeZone))
    problems.push({ path: "body.timeZone", message: `"${timeZone}" is not an IANA time zone such as "Asia/Seoul"` });
  if (nextRun(cron, "UTC") === null)
    problems.push({
      path: "body.cron",
      message: `"${cron}" is not a cron expression of five fields such as "0 3 * * 1"`,
    });
  if (problems.length > 0)
    throw new DomainError("invalid", problems.map(({ path, message }) => `${path}: ${message}`).join("; "), problems);
}

export async function putSchedule(
  context: ServiceContext,
  input: { projectId: string; cron: string; timeZone: string; paused: boolean },
): Promise<Schedule> {
  check(input);
  return inTransaction(context, async (tx) => {
    await requireProject(context, tx, input.projectId, "lead");
    const changed = { scheduleCron: input.cron, scheduleTimeZone: input.timeZone, schedulePaused: input.paused };
    await tx.update(projects).set(changed).where(eq(projects.id, input.projectId));
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "project.schedule_changed",
      objectType: "project",
      objectId: input.projectId,
      projectId: input.projectId,
      details: changed,
    });
    return view(changed);
  });
}

/** Every schedule that should run now. A row whose expression cannot be read is left out rather than stopping the others. */
export async function wantedSchedules(context: ServiceContext): Promise<WantedSchedule[]> {
  const rows = await context.db
    .select({ projectId: projects.id, cron: projects.scheduleCron, timeZone: projects.scheduleTimeZone })
    .from(projects)
    .where(and(eq(projects.schedulePaused, false), isNull(projects.archivedAt)));
  return rows.filter(({ cron, timeZone }) => nextRun(cron, timeZone) !== null);
}
