/** The texts behind an evaluation's worst disagreements, read from the snapshot it was measured on. */
import path from "node:path";
import { eq } from "drizzle-orm";
import { snapshots } from "@/db/schema";
import type { WorstPair } from "@/lib/contracts/reward-models";
import { env } from "@/lib/env";
import type { EvaluationReport } from "@/trainer/format/evaluation";
import { readPairs } from "@/trainer/format/snapshot";
import type { ServiceContext } from "../context";

/** Worst first. Pairs come without text when the snapshot's files are no longer on this machine. */
export async function worstPairs(
  context: ServiceContext,
  input: { snapshotId: string; worst: EvaluationReport["worst"] },
): Promise<WorstPair[]> {
  const [row] = await context.db
    .select({ directory: snapshots.directory })
    .from(snapshots)
    .where(eq(snapshots.id, input.snapshotId));
  const wanted = new Set(input.worst.map((entry) => entry.pairId));
  const texts = new Map<string, WorstPair["pair"]>();
  if (row && wanted.size > 0) {
    const file = path.join(env().PAIRWRIGHT_HOME, row.directory, "heldout.jsonl");
    try {
      for await (const { id, prompt, chosen, rejected, strength, safety } of readPairs(file)) {
        if (wanted.has(id)) texts.set(id, { prompt, chosen, rejected, strength, safety });
        if (texts.size === wanted.size) break;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return input.worst.map((entry) => ({ ...entry, pair: texts.get(entry.pairId) ?? null }));
}
