import * as contract from "@/lib/contracts/onboarding";
import { route } from "@/lib/http/route";
import { submitAttempt } from "@/lib/services/onboarding/attempts";

export const POST = route(contract.submitAttempt, ({ context, params }) => submitAttempt(context, params.attemptId));
