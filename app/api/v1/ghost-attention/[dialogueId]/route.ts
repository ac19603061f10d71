import * as contracts from "@/lib/contracts/ghost-attention";
import { route } from "@/lib/http/route";
import { getGhostAttentionDialogue } from "@/lib/services/ghost-attention/read";

export const GET = route(contracts.getGhostAttentionDialogue, ({ context, params }) =>
  getGhostAttentionDialogue(context, params.dialogueId),
);
