/** Each annotator's habits, and the drift of ratings over time. */

import type { Connection } from "@/db/client";
import { type CheckRow, selectChecks, selectConsistencyByWeek } from "@/db/queries/checks";
import { type AnnotatorRow, selectAnnotators, selectDrift } from "@/db/queries/quality";
import type { AnnotatorQuality, Share } from "@/lib/contracts/quality";
import { NORMAL_975 } from "@/lib/domain/distributions";
import { fitMarginInflation } from "@/lib/domain/margin-inflation";
import { wilsonInterval } from "@/trainer/format/wilson";
import { requireProject, type ServiceContext } from "../context";
import { BATCHES_PER_READ } from "./agreement";
import { refreshQuality } from "./refresh";

interface Filter {
  projectId: string;
  campaignId?: string | undefined;
}

export function shareOf(cases: number, n: number): Share {
  if (n === 0) return null;
  const { low, high } = wilsonInterval(cases, n);
  return { share: cases / n, n, interval: [low, high] };
}

const MS_PER_HOUR = 3_600_000;

/** One annotator alone has nobody to be compared with. */
function inflationOf(rows: readonly AnnotatorRow[]): AnnotatorQuality["inflation"][] {
  if (rows.length < 2) return rows.map(() => null);
  const fit = fitMarginInflation(rows.map(({ strengths }, annotator) => ({ annotator, group: 0, counts: strengths })));
  return fit.shifts.map(({ shift, standardError }) => ({
    shift,
    interval: [shift - NORMAL_975 * standardError, shift + NORMAL_975 * standardError],
  }));
}

/** Everybody's habits, from tallies that are up to date. */
export async function annotatorQualities(connection: Connection, filter: Filter): Promise<AnnotatorQuality[]> {
  const rows = await selectAnnotators(connection, filter);
  const checks = new Map((await selectChecks(connection, filter)).map((row) => [row.userId, row]));
  const inflation = inflationOf(rows);
  return rows.map((row, index) => ({
    userId: row.userId,
    name: row.name,
    judgements: row.judgements,
    days: row.days,
    lastDay: row.lastDay,
    hours: row.durationMsSum / MS_PER_HOUR,
    typicalSeconds: row.typicalMs === null ? null : row.typicalMs / 1000,
    agreement: shareOf(row.agreeing, row.pairs),
    choseA: shareOf(row.choseA, row.judgements),
    choseLonger: shareOf(row.choseLonger, row.lengthsDiffer),
    inflation: inflation[index] ?? null,
    ...checksOf(checks.get(row.userId)),
  }));
}

const checksOf = (row: CheckRow | undefined) => ({
  gold: shareOf(row?.goldRight ?? 0, row?.goldSeen ?? 0),
  selfConsistency: shareOf(row?.consistent ?? 0, row?.mirrors ?? 0),
  paused: row?.pauseReason ?? null,
});

export async function readAnnotatorQuality(context: ServiceContext, filter: Filter) {
  await requireProject(context, context.db, filter.projectId, "lead");
  await refreshQuality(context, BATCHES_PER_READ);
  return { rows: await annotatorQualities(context.db, filter) };
}

const NO_STRENGTHS = [0, 0, 0, 0];

export async function readDrift(context: ServiceContext, filter: Filter) {
  await requireProject(context, context.db, filter.projectId, "reviewer");
  await refreshQuality(context, BATCHES_PER_READ);
  const strengthsOf = new Map((await selectDrift(context.db, filter)).map((row) => [row.week, row.strengths]));
  const mirrorsOf = new Map((await selectConsistencyByWeek(context.db, filter)).map((row) => [row.week, row]));
  const weeks = [...new Set([...strengthsOf.keys(), ...mirrorsOf.keys()])].sort();
  return {
    weeks: weeks.map((week) => {
      const strengths = strengthsOf.get(week) ?? NO_STRENGTHS;
      const judgements = strengths.reduce((sum, count) => sum + count, 0);
      const share = (at: number) => shareOf(strengths[at] ?? 0, judgements);
      const mirrors = mirrorsOf.get(week);
      return {
        week,
        judgements,
        negligiblyBetter: share(0),
        slightlyBetter: share(1),
        better: share(2),
        significantlyBetter: share(3),
        selfConsistency: shareOf(mirrors?.consistent ?? 0, mirrors?.mirrors ?? 0),
      };
    }),
  };
}
