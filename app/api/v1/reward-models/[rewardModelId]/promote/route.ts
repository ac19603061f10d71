import * as contracts from "@/lib/contracts/reward-models";
import { route } from "@/lib/http/route";
import { promoteRewardModel } from "@/lib/services/reward-models/promote";

export const POST = route(contracts.promoteRewardModel, ({ context, params }) =>
  promoteRewardModel(context, params.rewardModelId),
);
