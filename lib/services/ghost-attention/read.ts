/** Ghost Attention dialogues as people see them. */
import { type DialogueRow, selectDialogue, selectDialogues } from "@/db/queries/ghost-attention";
import type { GhostAttentionDialogue } from "@/lib/contracts/ghost-attention";
import { notFound } from "@/lib/errors";
import { requireProject, type ServiceContext } from "../context";
import { iso } from "../instants";
import { decodeKeyset, pageFrom } from "../paging";

function dialogueView({
  dialogue,
  roundNumber,
  variantName,
  policyName,
  reviews,
}: DialogueRow): GhostAttentionDialogue {
  const { createdAt, constraints, ...rest } = dialogue;
  return {
    ...rest,
    constraints: constraints as unknown,
    roundNumber,
    variantName,
    policyName,
    reviews,
    createdAt: iso(createdAt),
  };
}

export async function listGhostAttentionDialogues(
  context: ServiceContext,
  input: { projectId: string; roundId?: string; after?: string; limit: number },
) {
  await requireProject(context, context.db, input.projectId, "lead");
  const page = { after: decodeKeyset(input.after), limit: input.limit + 1 };
  return pageFrom(await selectDialogues(context.db, input, page), input.limit, dialogueView);
}

export async function getGhostAttentionDialogue(context: ServiceContext, id: string): Promise<GhostAttentionDialogue> {
  const row = await selectDialogue(context.db, id);
  if (!row) throw notFound("Ghost Attention dialogue");
  await requireProject(context, context.db, row.projectId, "lead");
  return dialogueView(row);
}
