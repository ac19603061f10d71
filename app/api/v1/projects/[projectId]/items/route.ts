import * as contracts from "@/lib/contracts/lists";
import { route } from "@/lib/http/route";
import { listItems } from "@/lib/services/lists/items";

export const GET = route(contracts.listItems, ({ context, params, query }) =>
  listItems(context, { ...params, ...query }),
);
