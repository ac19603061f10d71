import * as contract from "@/lib/contracts/adjudications";
import { route } from "@/lib/http/route";
import { claimDisagreements } from "@/lib/services/adjudications/list";

export const POST = route(contract.claimDisagreements, ({ context, body }) => claimDisagreements(context, body));
