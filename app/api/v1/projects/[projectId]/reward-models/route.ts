import * as contracts from "@/lib/contracts/reward-models";
import { route } from "@/lib/http/route";
import { listRewardModels } from "@/lib/services/reward-models/read";

export const GET = route(contracts.listRewardModels, ({ context, params, query }) =>
  listRewardModels(context, { ...params, ...query }),
);
