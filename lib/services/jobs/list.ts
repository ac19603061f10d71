/** The worker's jobs. A lead sees those of their projects; an administrator, or the system itself, sees all. */
import { desc, eq } from "drizzle-orm";
import { countJobsByState, type JobRow, jobsInstalled, selectJobs } from "@/db/queries/jobs";
import { projectMembers, workerHeartbeats } from "@/db/schema";
import { JOB_NAMES, type Job, type JobName, jobStateSchema } from "@/lib/contracts/jobs";
import { requireProject, requireRole, type ServiceContext } from "../context";
import { isoOrNull } from "../instants";

/** A worker beats every 5 s; three missed beats and it counts as gone. */
const WORKER_SECONDS_MAX = 15;

const utc = (at: string | null): string | null => (at === null ? null : new Date(at).toISOString());

function jobView(row: JobRow): Job {
  return {
    id: row.id,
    name: row.name,
    state: jobStateSchema.parse(row.state),
    payload: row.data ?? {},
    retryCount: row.retry_count,
    createdAt: utc(row.created_on) ?? "",
    startedAt: utc(row.started_on),
    finishedAt: utc(row.completed_on),
    error: row.error,
  };
}

async function visibleProjects(context: ServiceContext, projectId: string | undefined): Promise<string[] | null> {
  if (projectId !== undefined) return [(await requireProject(context, context.db, projectId, "lead")).id];
  const { actor } = context;
  if (actor.kind !== "user" || actor.role === "admin") return null;
  const rows = await context.db
    .select({ id: projectMembers.projectId })
    .from(projectMembers)
    .where(eq(projectMembers.userId, actor.id));
  return rows.map(({ id }) => id);
}

export async function listJobs(
  context: ServiceContext,
  input: { state?: Job["state"]; name?: JobName; projectId?: string; limit: number },
) {
  requireRole(context, "lead");
  const projectIds = await visibleProjects(context, input.projectId);
  const [beat] = await context.db
    .select({ seenAt: workerHeartbeats.seenAt })
    .from(workerHeartbeats)
    .orderBy(desc(workerHeartbeats.seenAt))
    .limit(1);
  const seenAt = beat?.seenAt ?? null;
  const worker = {
    alive: seenAt !== null && Date.now() - seenAt.getTime() < WORKER_SECONDS_MAX * 1000,
    seenAt: isoOrNull(seenAt),
  };
  if (!(await jobsInstalled(context.db))) return { jobs: [], counts: {}, worker };
  const filter = { names: input.name ? [input.name] : JOB_NAMES, projectIds };
  const [rows, counts] = await Promise.all([
    selectJobs(context.db, { ...filter, state: input.state }, input.limit),
    countJobsByState(context.db, filter),
  ]);
  return { jobs: rows.map(jobView), counts, worker };
}
