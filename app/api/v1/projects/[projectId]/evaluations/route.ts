import * as contracts from "@/lib/contracts/reward-models";
import { route } from "@/lib/http/route";
import { listEvaluations } from "@/lib/services/evaluations/read";

export const GET = route(contracts.listEvaluations, ({ context, params, query }) =>
  listEvaluations(context, { ...params, ...query }),
);
