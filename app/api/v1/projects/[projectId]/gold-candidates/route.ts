import * as contracts from "@/lib/contracts/gold";
import { route } from "@/lib/http/route";
import { listGoldCandidates } from "@/lib/services/gold/list";

export const GET = route(contracts.listGoldCandidates, ({ context, params, query }) =>
  listGoldCandidates(context, { ...params, ...query }),
);
