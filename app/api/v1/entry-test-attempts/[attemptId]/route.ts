import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { readAttempt } from "@/lib/services/onboarding/manage-attempts";

export const GET = route(contract.getAttempt, ({ context, params }) => readAttempt(context, params.attemptId));
