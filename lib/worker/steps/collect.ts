/** Step 1: is there enough to train on? */
import { DomainError } from "@/lib/errors";
import { countComparisons } from "@/lib/services/rounds/collect";
import { finishStep } from "@/lib/services/rounds/step-lease";
import type { StepRun } from "./step";

export async function collect({ context, lease }: StepRun): Promise<void> {
  const { usable, fresh } = await countComparisons(context, lease);
  const { comparisonsMin } = lease.config;
  const needed = Math.max(1, comparisonsMin);
  if (usable < needed)
    throw new DomainError(
      "conflict",
      `The project has ${usable} usable comparisons and a round needs ${needed}. Have ${needed - usable} more judged or imported, ` +
        "or lower the project's comparisonsMin and start a new round; after that, retry this step.",
    );
  const message = `${usable} usable comparisons, ${fresh} of them since the last round.`;
  await finishStep(context, lease, async () => ({ output: { usable, fresh }, message }));
}
