import * as contracts from "@/lib/contracts/gold";
import { route } from "@/lib/http/route";
import { acceptGoldCandidates } from "@/lib/services/gold/create";

export const POST = route(contracts.acceptGoldCandidates, ({ context, params, body }) =>
  acceptGoldCandidates(context, { ...params, ...body }),
);
