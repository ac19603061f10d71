import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { discardDraft, saveDraft } from "@/lib/services/onboarding/tests";

export const PUT = route(contract.saveEntryTestDraft, ({ context, params, body }) =>
  saveDraft(context, { ...params, ...body }),
);
export const DELETE = route(contract.discardEntryTestDraft, async ({ context, params }) => {
  await discardDraft(context, params.testId);
  return null;
});
