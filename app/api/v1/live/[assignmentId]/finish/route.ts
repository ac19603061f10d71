import * as contract from "@/lib/contracts/live";
import { route } from "@/lib/http/route";
import { finishLive } from "@/lib/services/live/continue";

export const POST = route(contract.finishLive, ({ context, params }) => finishLive(context, params));
