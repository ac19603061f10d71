import * as contracts from "@/lib/contracts/rounds";
import { route } from "@/lib/http/route";
import { listRounds } from "@/lib/services/rounds/read";
import { startRound } from "@/lib/services/rounds/start";

export const GET = route(contracts.listRounds, ({ context, params, query }) =>
  listRounds(context, { ...params, ...query }),
);
export const POST = route(contracts.runRound, ({ context, params }) =>
  startRound(context, { ...params, trigger: "manual" }),
);
