import * as contract from "@/lib/contracts/live";
import { route } from "@/lib/http/route";
import { continueLive } from "@/lib/services/live/continue";

export const POST = route(contract.continueLive, ({ context, params }) => continueLive(context, params));
