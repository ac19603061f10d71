import * as contracts from "@/lib/contracts/ghost-attention";
import { route } from "@/lib/http/route";
import { listGhostAttentionDialogues } from "@/lib/services/ghost-attention/read";

export const GET = route(contracts.listGhostAttentionDialogues, ({ context, params, query }) =>
  listGhostAttentionDialogues(context, { ...params, ...query }),
);
