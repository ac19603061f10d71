import * as contract from "@/lib/contracts/onboarding";
import { route } from "@/lib/http/route";
import { startAttempt } from "@/lib/services/onboarding/attempts";

export const POST = route(contract.startAttempt, ({ context, params, body }) =>
  startAttempt(context, { ...params, ...body }),
);
