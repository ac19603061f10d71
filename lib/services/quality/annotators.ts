/** Each annotator's habits, and the drift of ratings over time. */
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

function shareOf(cases: number, n: number): Share {
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

export async function readAnnotatorQuality(context: ServiceContext, filter: Filter) {
  await requireProject(context, context.db, filter.projectId, "lead");
  await refreshQuality(context, BATCHES_PER_READ);
  const rows = await selectAnnotators(context.db, filter);
  const inflation = inflationOf(rows);
  return {
    rows: rows.map(
      (row, index): AnnotatorQuality => ({
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
      }),
    ),
  };
}

export async function readDrift(context: ServiceContext, filter: Filter) {
  await requireProject(context, context.db, filter.projectId, "reviewer");
  await refreshQuality(context, BATCHES_PER_READ);
  const weeks = await selectDrift(context.db, filter);
  return {
    weeks: weeks.map(({ week, strengths }) => {
      const judgements = strengths.reduce((sum, count) => sum + count, 0);
      const share = (at: number) => shareOf(strengths[at] ?? 0, judgements);
      return {
        week,
        judgements,
        negligiblyBetter: share(0),
        slightlyBetter: share(1),
        better: share(2),
        significantlyBetter: share(3),
      };
    }),
  };
}
