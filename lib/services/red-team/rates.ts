/** Violations found per person-hour (the paper's gamma, section 4.2.1): by policy variant, by week and by round. */
import {
  type RateRow,
  selectRates,
  selectRoundDays,
  selectVariantRates,
  type VariantRateRow,
} from "@/db/queries/red-team-figures";
import { poissonRate } from "@/lib/domain/poisson-rate";
import { requireProject, type ServiceContext } from "../context";
import { BATCHES_PER_READ, refreshRedTeam } from "./refresh";

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;

/**
 * An hour is that of one person. A judgement attacks two answers at once, so its time counts in full for both variants, and each
 * violation for the variant that gave it; by week and by round it counts once, as one violating prompt.
 */
function rateOf(rows: readonly RateRow[]) {
  const judgements = rows.reduce((sum, row) => sum + row.judgements, 0);
  const violations = rows.reduce((sum, row) => sum + row.violations, 0);
  const hours = rows.reduce((sum, row) => sum + row.durationMsSum, 0) / MS_PER_HOUR;
  return { judgements, violations, hours, gamma: poissonRate(violations, hours) };
}

/** Groups in the order in which their first row comes. */
function groupsOf<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): [Key, Row[]][] {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return [...groups];
}

/** Monday of the day's week, ISO date. */
export function weekOf(day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  const sinceMonday = (new Date(at).getUTCDay() + 6) % 7;
  return new Date(at - sinceMonday * MS_PER_DAY).toISOString().slice(0, 10);
}

/** The round that froze a day's judgements: the first that began on that day or later; null = none yet. */
export const roundOf = (day: string, rounds: readonly { number: number; day: string }[]): number | null =>
  rounds.find((round) => round.day >= day)?.number ?? null;

const weeksOf = (rows: readonly RateRow[]) =>
  groupsOf(rows, ({ day }) => weekOf(day)).map(([week, days]) => ({ week, ...rateOf(days) }));

const variantOf = (variantId: string, rows: readonly VariantRateRow[]) => ({
  variantId,
  policy: rows[0]?.policy ?? "",
  variant: rows[0]?.variant ?? "",
  generation: rows[0]?.generation ?? 0,
  ...rateOf(rows),
  weeks: weeksOf(rows),
});

export async function readRates(
  context: ServiceContext,
  filter: { projectId: string; campaignId?: string | undefined },
) {
  await requireProject(context, context.db, filter.projectId, "reviewer");
  await refreshRedTeam(context, BATCHES_PER_READ);
  const days = await selectRates(context.db, filter);
  const variants = await selectVariantRates(context.db, filter);
  const rounds = await selectRoundDays(context.db, filter.projectId);
  return {
    variants: groupsOf(variants, ({ variantId }) => variantId).map(([id, rows]) => variantOf(id, rows)),
    weeks: weeksOf(days),
    rounds: groupsOf(days, ({ day }) => roundOf(day, rounds)).map(([round, rows]) => ({ round, ...rateOf(rows) })),
  };
}
