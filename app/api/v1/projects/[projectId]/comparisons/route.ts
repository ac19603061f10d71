import * as contracts from "@/lib/contracts/lists";
import { route } from "@/lib/http/route";
import { listComparisons } from "@/lib/services/lists/comparisons";

export const GET = route(contracts.listComparisons, ({ context, params, query }) =>
  listComparisons(context, { ...params, ...query }),
);
