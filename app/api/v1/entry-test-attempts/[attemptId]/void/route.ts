import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { voidAttempt } from "@/lib/services/onboarding/manage-attempts";

export const POST = route(contract.voidAttempt, async ({ context, params, body }) => {
  await voidAttempt(context, { ...params, ...body });
  return null;
});
