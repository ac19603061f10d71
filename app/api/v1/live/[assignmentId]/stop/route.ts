import * as contract from "@/lib/contracts/live";
import { route } from "@/lib/http/route";
import { stopLive } from "@/lib/services/live/stop";

export const POST = route(contract.stopLive, ({ context, params, body }) => stopLive(context, { ...params, ...body }));
