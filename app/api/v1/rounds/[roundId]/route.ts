import * as contracts from "@/lib/contracts/rounds";
import { route } from "@/lib/http/route";
import { getRound } from "@/lib/services/rounds/read";

export const GET = route(contracts.getRound, ({ context, params }) => getRound(context, params.roundId));
