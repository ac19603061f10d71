import * as contract from "@/lib/contracts/live";
import { route } from "@/lib/http/route";
import { retryLive } from "@/lib/services/live/retry";

export const POST = route(contract.retryLive, ({ context, params, body }) =>
  retryLive(context, { ...params, ...body }),
);
