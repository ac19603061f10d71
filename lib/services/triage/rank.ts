/** Weighs what surprises the reward model against what is known of annotators and categories, and sorts it into queues. */
import type { Connection } from "@/db/client";
import { annotatorRecords, listSurprises, type SurpriseRow, surpriseShares } from "@/db/queries/triage";
import { reliabilityOf, slipProbability, TRIAGE_THRESHOLDS, type TriageQueue, triageOf } from "@/lib/domain/triage";

/** Nobody works through more at a time; what is decided makes room. */
const RANKED_MAX = 1000;

export interface RankedCase extends SurpriseRow {
  queue: TriageQueue;
  reliability: number;
  slipProbability: number;
  categoryEvidence: { annotators: number; share: number; projectShare: number } | null;
}

/** Most surprising first; likely slips by the chance that it is one. The viewer's own judgements are left out. */
export async function rankTriage(
  connection: Connection,
  input: { projectId: string; viewerId: string },
): Promise<RankedCase[]> {
  const { surpriseMin } = TRIAGE_THRESHOLDS;
  const rows = await listSurprises(connection, { ...input, surpriseMin, limit: RANKED_MAX });
  if (rows.length === 0) return [];
  const records = new Map((await annotatorRecords(connection, input.projectId)).map((row) => [row.userId, row]));
  const shares = await surpriseShares(connection, input.projectId, surpriseMin);
  const sum = (pick: (row: (typeof shares)[number]) => number) => shares.reduce((total, row) => total + pick(row), 0);
  const projectShare =
    sum((row) => row.surprising) /
    Math.max(
      1,
      sum((row) => row.scored),
    );
  const categories = new Map(shares.map((row) => [row.category, row]));
  const reliability = (userId: string): number => {
    const record = records.get(userId);
    return reliabilityOf(
      { right: record?.goldRight ?? 0, seen: record?.goldSeen ?? 0 },
      { right: record?.agreeing ?? 0, seen: record?.pairs ?? 0 },
    );
  };
  return rows.flatMap((row): RankedCase[] => {
    const found = row.category === null ? undefined : categories.get(row.category);
    const category = found ? { annotators: found.annotators, share: found.surprising / found.scored } : null;
    const own = reliability(row.userId);
    const queue = triageOf({
      surprise: row.surprise,
      reliability: own,
      votes: { same: row.same, other: row.other },
      reliabilityMin: Math.min(...row.judges.map(reliability)),
      category,
      projectShare,
    });
    if (!queue) return [];
    const evidence = category && { ...category, projectShare };
    const chance = slipProbability(row.surprise, own);
    return [{ ...row, queue, reliability: own, slipProbability: chance, categoryEvidence: evidence }];
  });
}
