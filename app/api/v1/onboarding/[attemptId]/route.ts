import * as contract from "@/lib/contracts/onboarding";
import { route } from "@/lib/http/route";
import { readOwnAttempt } from "@/lib/services/onboarding/attempts";

export const GET = route(contract.getOwnAttempt, ({ context, params }) => readOwnAttempt(context, params.attemptId));
