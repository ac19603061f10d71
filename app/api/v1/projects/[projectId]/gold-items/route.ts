import * as contracts from "@/lib/contracts/gold";
import { route } from "@/lib/http/route";
import { createGoldItem } from "@/lib/services/gold/create";
import { listGoldItems } from "@/lib/services/gold/list";

export const GET = route(contracts.listGoldItems, ({ context, params, query }) =>
  listGoldItems(context, { ...params, ...query }),
);
export const POST = route(contracts.createGoldItem, ({ context, params, body }) =>
  createGoldItem(context, { ...params, ...body }),
);
