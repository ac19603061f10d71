import * as contract from "@/lib/contracts/live";
import { route } from "@/lib/http/route";
import { getLiveState } from "@/lib/services/live/read";

export const GET = route(contract.getLiveState, ({ context, params }) => getLiveState(context, params));
