import * as contracts from "@/lib/contracts/rounds";
import { route } from "@/lib/http/route";
import { cancelRound } from "@/lib/services/rounds/cancel";

export const POST = route(contracts.cancelRound, ({ context, params }) => cancelRound(context, params.roundId));
