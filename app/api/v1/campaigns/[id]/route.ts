import * as contracts from "@/lib/contracts/campaigns";
import { route } from "@/lib/http/route";
import { updateCampaign } from "@/lib/services/campaigns/campaigns";

export const PATCH = route(contracts.updateCampaign, ({ context, params, body }) =>
  updateCampaign(context, { ...params, ...body }),
);
