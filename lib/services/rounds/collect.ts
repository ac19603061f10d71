/** What a round has to work with. */
import { countUsableComparisons } from "@/db/queries/rounds";
import type { ServiceContext } from "../context";

/** `usable`: judgements that a snapshot would hold; `fresh`: those of them that came since the last round that finished. */
export async function countComparisons(
  context: ServiceContext,
  input: { projectId: string; roundNumber: number },
): Promise<{ usable: number; fresh: number }> {
  return countUsableComparisons(context.db, input);
}
