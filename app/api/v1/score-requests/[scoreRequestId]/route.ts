import * as contracts from "@/lib/contracts/reward-models";
import { route } from "@/lib/http/route";
import { getScoreRequest } from "@/lib/services/reward-models/score";

export const GET = route(contracts.getScoreRequest, ({ context, params }) =>
  getScoreRequest(context, params.scoreRequestId),
);
