import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { extendAttempt } from "@/lib/services/onboarding/manage-attempts";

export const POST = route(contract.extendAttempt, ({ context, params, body }) =>
  extendAttempt(context, { ...params, ...body }),
);
