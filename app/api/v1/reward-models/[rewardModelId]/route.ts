import * as contracts from "@/lib/contracts/reward-models";
import { route } from "@/lib/http/route";
import { getRewardModel } from "@/lib/services/reward-models/read";

export const GET = route(contracts.getRewardModel, ({ context, params }) =>
  getRewardModel(context, params.rewardModelId),
);
