/** One's own figures, to learn from and not to be ranked by. Gold items are left out: what they found must not be spotted. */
import { selectOwnDays, selectOwnHabits, selectOwnMedian } from "@/db/queries/own-statistics";
import { requireProject, requireUser, type ServiceContext } from "../context";
import { BATCHES_PER_READ } from "../quality/agreement";
import { shareOf } from "../quality/annotators";
import { refreshQuality } from "../quality/refresh";

const DAYS = 30;
const MEDIAN_OF = 500;

export async function readMyStatistics(context: ServiceContext, projectId: string) {
  await requireProject(context, context.db, projectId);
  const own = { projectId, userId: requireUser(context).id };
  await refreshQuality(context, BATCHES_PER_READ);
  const days = await selectOwnDays(context.db, own, DAYS);
  const habits = await selectOwnHabits(context.db, own);
  const medianMs = await selectOwnMedian(context.db, own, MEDIAN_OF);
  return {
    judgements: habits.judgements,
    days: days.map(({ day, judgements, typicalMs }) => ({
      day,
      judgements,
      typicalSeconds: typicalMs === null ? null : typicalMs / 1000,
    })),
    medianSeconds: medianMs === null ? null : medianMs / 1000,
    agreement: shareOf(habits.agreeing, habits.pairs),
    choseA: shareOf(habits.choseA, habits.judgements),
    choseLonger: shareOf(habits.choseLonger, habits.lengthsDiffer),
    selfConsistency: shareOf(habits.consistent, habits.mirrors),
    approved: shareOf(habits.approved, habits.reviewed),
  };
}
