import * as contracts from "@/lib/contracts/gold";
import { route } from "@/lib/http/route";
import { retireGoldItem } from "@/lib/services/gold/retire";

export const POST = route(contracts.retireGoldItem, ({ context, params, body }) =>
  retireGoldItem(context, { ...params, ...body }),
);
