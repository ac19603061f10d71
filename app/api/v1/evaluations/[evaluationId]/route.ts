import * as contracts from "@/lib/contracts/reward-models";
import { route } from "@/lib/http/route";
import { getEvaluation } from "@/lib/services/evaluations/read";

export const GET = route(contracts.getEvaluation, ({ context, params }) => getEvaluation(context, params.evaluationId));
