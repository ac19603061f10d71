import * as contracts from "@/lib/contracts/reward-models";
import { route } from "@/lib/http/route";
import { scoreWithRewardModel } from "@/lib/services/reward-models/score";

export const POST = route(contracts.scoreWithRewardModel, ({ context, params, body }) =>
  scoreWithRewardModel(context, { ...params, ...body }),
);
