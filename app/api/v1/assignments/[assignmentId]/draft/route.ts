import * as contract from "@/lib/contracts/drafts";
import { directRoute } from "@/lib/http/route";
import { saveDraft } from "@/lib/services/drafts/save";

export const PUT = directRoute(contract.saveDraft, ({ context, params, body }) =>
  saveDraft(context, { ...params, draft: body }),
);
