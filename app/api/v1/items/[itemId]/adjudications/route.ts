import * as contract from "@/lib/contracts/adjudications";
import { route } from "@/lib/http/route";
import { adjudicateItem } from "@/lib/services/adjudications/decide";

export const POST = route(contract.adjudicateItem, ({ context, params, body }) =>
  adjudicateItem(context, { ...params, ...body }),
);
