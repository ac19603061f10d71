import * as contracts from "@/lib/contracts/reward-models";
import { route } from "@/lib/http/route";
import { requestEvaluation } from "@/lib/services/evaluations/record";

export const POST = route(contracts.requestEvaluation, ({ context, params, body }) =>
  requestEvaluation(context, { ...params, ...body }),
);
