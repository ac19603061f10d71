import * as contracts from "@/lib/contracts/campaigns";
import { route } from "@/lib/http/route";
import { createCampaign, listCampaigns } from "@/lib/services/campaigns/campaigns";

export const GET = route(contracts.listCampaigns, ({ context, params }) => listCampaigns(context, params.projectId));
export const POST = route(contracts.createCampaign, ({ context, params, body }) =>
  createCampaign(context, { ...params, ...body }),
);
