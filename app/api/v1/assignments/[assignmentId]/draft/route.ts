import * as contract from "@/lib/contracts/drafts";
import { route } from "@/lib/http/route";
import { saveDraft } from "@/lib/services/drafts/save";

export const PUT = route(contract.saveDraft, ({ context, params, body }) =>
  saveDraft(context, { ...params, draft: body }),
);
