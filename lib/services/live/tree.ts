/** The branches of a live dialogue: what was chosen in each turn, and what stayed beside it. */
import { judgedTurnsBefore } from "@/db/queries/live";
import type { LiveTurnView } from "@/lib/contracts/live";
import { sideOf } from "@/lib/domain/preference";
import { DomainError } from "@/lib/errors";
import { requireView } from "../assignments/payload";
import { requireUser, type ServiceContext } from "../context";

export async function getLiveTree(
  context: ServiceContext,
  input: { assignmentId: string },
): Promise<{ turns: LiveTurnView[] }> {
  const view = await requireView(context, input.assignmentId);
  if (view.kind !== "live") throw new DomainError("conflict", "This item is not a live dialogue.");
  const turns = await judgedTurnsBefore(context.db, view.itemId, requireUser(context).id);
  return {
    turns: turns.map(({ swapped, chosenPosition, ...turn }) => ({
      ...turn,
      preferred: sideOf(chosenPosition, swapped),
    })),
  };
}
