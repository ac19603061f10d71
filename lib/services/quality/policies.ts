/** Policy variants rated from the same judgements that train the reward models. */
import { type BattleRow, selectBattles, selectVariantNames } from "@/db/queries/quality";
import { type Battle, fitBradleyTerry } from "@/lib/domain/bradley-terry";
import { requireProject, type ServiceContext } from "../context";
import { BATCHES_PER_READ } from "./agreement";
import { refreshQuality } from "./refresh";

/** Length steps are quarters of ln(length ratio). */
const LENGTH_STEPS_PER_UNIT = 4;

interface Options {
  projectId: string;
  campaignId?: string | undefined;
  lengthControlled: boolean;
}

/** Each row gives up to two battles: those that variant 1 won and those that variant 2 won. */
function battlesOf(rows: readonly BattleRow[], variants: readonly string[], lengthControlled: boolean): Battle[] {
  const users = [...new Set(rows.map(({ userId }) => userId))];
  const judgements = rows.reduce((sum, row) => sum + row.wins1 + row.wins2, 0);
  const inverse = rows.reduce((sum, row) => sum + (row.wins1 + row.wins2) / row.pairProbability, 0);
  // Weights keep their mean at 1: only the rare against the frequent counts, not how often pairs are drawn at all.
  const scale = judgements / inverse;
  return rows.flatMap((row) => {
    const shared = {
      first: variants.indexOf(row.variant1Id),
      second: variants.indexOf(row.variant2Id),
      style: lengthControlled ? row.lengthStep / LENGTH_STEPS_PER_UNIT : 0,
      cluster: users.indexOf(row.userId),
    };
    return ([1, 0] as const)
      .map((outcome) => ({
        ...shared,
        outcome,
        weight: ((outcome === 1 ? row.wins1 : row.wins2) * scale) / row.pairProbability,
      }))
      .filter(({ weight }) => weight > 0);
  });
}

function winsOf(rows: readonly BattleRow[], variants: readonly string[]): number[][] {
  const wins = variants.map(() => new Array<number>(variants.length).fill(0));
  const add = (winner: string, loser: string, count: number) => {
    const row = wins[variants.indexOf(winner)] as number[];
    const at = variants.indexOf(loser);
    row[at] = (row[at] ?? 0) + count;
  };
  for (const { variant1Id, variant2Id, wins1, wins2 } of rows) {
    add(variant1Id, variant2Id, wins1);
    add(variant2Id, variant1Id, wins2);
  }
  return wins;
}

/** Best first. */
export async function readPolicyRatings(context: ServiceContext, { lengthControlled, ...filter }: Options) {
  await requireProject(context, context.db, filter.projectId, "lead");
  await refreshQuality(context, BATCHES_PER_READ);
  const rows = await selectBattles(context.db, filter);
  const variants = [...new Set(rows.flatMap((row) => [row.variant1Id, row.variant2Id]))].sort();
  const names = new Map((await selectVariantNames(context.db, variants)).map((row) => [row.id, row]));
  const fit = fitBradleyTerry(variants.length, battlesOf(rows, variants, lengthControlled));
  const wins = winsOf(rows, variants);
  const order = variants
    .map((_, index) => index)
    .sort((a, b) => (fit.policies[b]?.elo ?? 0) - (fit.policies[a]?.elo ?? 0));
  return {
    ratings: order.map((index) => {
      const variantId = variants[index] as string;
      const rated = fit.policies[index];
      const mine = (row: number[], other: number) => (row[other] ?? 0) + (wins[other]?.[index] ?? 0);
      return {
        variantId,
        policy: names.get(variantId)?.policy ?? "",
        variant: names.get(variantId)?.variant ?? "",
        elo: rated?.elo ?? Number.NaN,
        interval: rated?.eloInterval ?? ([Number.NaN, Number.NaN] as [number, number]),
        battles: variants.reduce((sum, _, other) => sum + mine(wins[index] ?? [], other), 0),
        group: rated?.group ?? 0,
      };
    }),
    length: fit.style,
    wins: order.map((row) => order.map((column) => wins[row]?.[column] ?? 0)),
    judgements: rows.reduce((sum, row) => sum + row.wins1 + row.wins2, 0),
    annotators: new Set(rows.map(({ userId }) => userId)).size,
  };
}
