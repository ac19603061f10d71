import * as contract from "@/lib/contracts/onboarding";
import { route } from "@/lib/http/route";
import { saveAnswers } from "@/lib/services/onboarding/attempts";

export const PUT = route(contract.saveAttemptAnswers, ({ context, params, body }) =>
  saveAnswers(context, { ...params, ...body }),
);
