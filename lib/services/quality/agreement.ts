/** Agreement figures from the tallied patterns of judgements. */
import { countPending, type PatternRow, selectPatterns } from "@/db/queries/quality";
import type { AgreementRow } from "@/lib/contracts/quality";
import { type Agreement, gwetAgreement, krippendorffAlpha, type RatingCounts } from "@/lib/domain/agreement";
import { requireProject, type ServiceContext } from "../context";
import { refreshQuality } from "./refresh";

/** What a read brings up to date by itself; a longer backlog is the worker's and is told. */
export const BATCHES_PER_READ = 2;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const countsOf = {
  preferred: (steps: readonly number[]) => [sum(steps.slice(0, 4)), sum(steps.slice(4))],
  strength: (steps: readonly number[]) => steps,
  safety: (safety: readonly number[]) => safety,
} as const;

const coefficientOf = (agreement: Agreement | null) =>
  agreement && {
    coefficient: agreement.coefficient,
    standardError: agreement.standardError,
    interval: agreement.interval,
  };

/** Rows with equal counts need not be merged: each stands for its number of items. */
function measure(name: AgreementRow["measure"], rows: readonly PatternRow[]): AgreementRow {
  const table: RatingCounts[] = rows.map((row) => ({ counts: countsOf[name](row.counts), subjects: row.items }));
  const weights = name === "strength" ? "ordinal" : "identity";
  const gwet = gwetAgreement(table, weights);
  const alpha = krippendorffAlpha(table, weights);
  return {
    measure: name,
    items: gwet?.subjects ?? 0,
    observed: gwet?.observed ?? null,
    gwet: coefficientOf(gwet),
    alpha: coefficientOf(alpha),
  };
}

/** Pairs of judgements of one item by the number of steps between them. */
function distancesOf(rows: readonly PatternRow[]): number[] {
  const distances = new Array<number>(8).fill(0);
  for (const { counts: steps, items } of rows)
    steps.forEach((first, low) => {
      distances[0] = (distances[0] ?? 0) + (items * first * (first - 1)) / 2;
      for (let high = low + 1; high < steps.length; high += 1)
        distances[high - low] = (distances[high - low] ?? 0) + items * first * (steps[high] ?? 0);
    });
  return distances;
}

const GROUPS = ["campaign", "language", "category"] as const;

function groupsOf(rows: readonly PatternRow[]) {
  return GROUPS.flatMap((by) => {
    const groups = new Map<string, PatternRow[]>();
    for (const row of rows.filter((one) => one.by === by)) {
      const members = groups.get(row.key);
      if (members) members.push(row);
      else groups.set(row.key, [row]);
    }
    return [...groups].map(([key, members]) => ({
      by,
      key,
      name: members[0]?.name ?? key,
      judged: sum(members.map((row) => row.items)),
      preferred: measure("preferred", members),
      strength: measure("strength", members),
    }));
  });
}

export async function readAgreement(
  context: ServiceContext,
  filter: { projectId: string; campaignId?: string | undefined; language?: string | undefined },
) {
  await requireProject(context, context.db, filter.projectId, "reviewer");
  await refreshQuality(context, BATCHES_PER_READ);
  const rows = await selectPatterns(context.db, filter);
  const all = rows.filter(({ by }) => by === "all");
  const safety = rows.filter(({ by }) => by === "safety");
  return {
    measures: [measure("preferred", all), measure("strength", all), measure("safety", safety)],
    groups: groupsOf(rows),
    distances: distancesOf(all),
    pending: await countPending(context.db),
  };
}
