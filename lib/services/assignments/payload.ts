/** What the annotator gets of an assignment. Sides only: nothing here names a policy, variant, score or position (I7). */
import { type AssignmentView, assignmentView } from "@/db/queries/assignment-view";
import type { AnnotatedItem, LeasedAssignment } from "@/lib/contracts/assignments";
import { type DraftBody, draftBodySchema } from "@/lib/contracts/drafts";
import { asSides } from "@/lib/domain/preference";
import { notFound } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { toLiveState } from "../live/live-state";
import { annotator } from "./annotator";
import { remainingFor } from "./progress";

/** With what the view's own statement does not count. */
export type FullView = AssignmentView & { remaining: number };

export async function requireView(context: ServiceContext, assignmentId: string): Promise<FullView> {
  const user = annotator(context);
  const view = await assignmentView(context.db, { assignmentId, user, locale: user.locale });
  if (!view) throw notFound("Assignment");
  return withRemaining(context, view, false);
}

/** `isNew`: it was leased just now. */
export async function withRemaining(context: ServiceContext, view: AssignmentView, isNew: boolean): Promise<FullView> {
  const { projectId } = view;
  return { ...view, remaining: await remainingFor(context.db, { projectId, user: annotator(context), isNew }) };
}

export function toAnnotatedItem(view: FullView): AnnotatedItem {
  const shown = asSides(view.swapped, view.response1, view.response2);
  return {
    id: view.itemId,
    kind: view.kind,
    task: view.task,
    turn: view.turn,
    turnsMax: view.turnsMax,
    context: view.ghost?.messages ?? view.context,
    responseA: shown.a,
    responseB: shown.b,
    instruction: view.ghost?.instruction ?? null,
    live: view.kind === "live" ? toLiveState(view) : null,
    campaign: { id: view.campaignId, name: view.campaignName, kind: view.campaignKind, voteEarly: view.voteEarly },
    guideline: view.guideline,
    language: view.language,
    category: view.category,
    progress: { today: view.today, remaining: view.remaining },
  };
}

/** A draft stored by an older release may not parse any more; then there is none. */
function toDraft(stored: unknown): DraftBody | null {
  return stored === null ? null : (draftBodySchema.safeParse(stored).data ?? null);
}

export const toLeasedAssignment = (view: FullView): LeasedAssignment => ({
  assignmentId: view.assignmentId,
  expiresAt: new Date(view.expiresAtMs).toISOString(),
  item: toAnnotatedItem(view),
  draft: toDraft(view.draft),
});
