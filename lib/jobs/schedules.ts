/** Weekly starts of rounds: pg-boss keeps the clock, the projects' rows say what it should be. */
import { PgBoss } from "pg-boss";
import { unreferencedClock } from "./clock";

export interface WantedSchedule {
  projectId: string;
  /** Five fields. */
  cron: string;
  /** IANA name. */
  timeZone: string;
}

const NAME = "round.start";

let reader: PgBoss | undefined;
/** For reading cron expressions only: it has no database and is never started. */
function cronReader(): PgBoss {
  reader ??= new PgBoss({
    db: { executeSql: () => Promise.reject(new Error("the cron reader has no database")) },
    clock: unreferencedClock,
  });
  return reader;
}

/** The next start, or null for an expression or a time zone that cannot be read. */
export function nextRun(cron: string, timeZone: string): Date | null {
  if (cron.trim().split(/\s+/).length !== 5) return null;
  try {
    return cronReader().previewSchedule(cron, { tz: timeZone, count: 1 })[0] ?? null;
  } catch {
    return null;
  }
}

/** Makes pg-boss's schedules equal to what the projects want. */
export async function syncSchedules(boss: PgBoss, wanted: readonly WantedSchedule[]): Promise<void> {
  const present = await boss.getSchedules(NAME);
  for (const { projectId, cron, timeZone } of wanted) {
    const known = present.find(({ key }) => key === projectId);
    if (known?.cron === cron && known.timezone === timeZone) continue;
    await boss.schedule(NAME, cron, { projectId }, { tz: timeZone, key: projectId, singletonKey: projectId });
  }
  for (const { key } of present)
    if (key && !wanted.some(({ projectId }) => projectId === key)) await boss.unschedule(NAME, key);
}
