import * as contracts from "@/lib/contracts/tokens";
import { route } from "@/lib/http/route";
import { revokeToken } from "@/lib/services/tokens/tokens";

export const DELETE = route(contracts.revokeToken, ({ context, params }) =>
  revokeToken(context, params.id).then(() => null),
);
