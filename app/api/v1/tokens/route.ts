import * as contracts from "@/lib/contracts/tokens";
import { route } from "@/lib/http/route";
import { createToken, listTokens } from "@/lib/services/tokens/tokens";

export const GET = route(contracts.listTokens, ({ context }) => listTokens(context));
export const POST = route(contracts.createToken, ({ context, body }) => createToken(context, body));
