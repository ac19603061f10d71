import * as contracts from "@/lib/contracts/rounds";
import { route } from "@/lib/http/route";
import { listRoundLogs } from "@/lib/services/rounds/read";

export const GET = route(contracts.listRoundLogs, ({ context, params, query }) =>
  listRoundLogs(context, { ...params, ...query }),
);
