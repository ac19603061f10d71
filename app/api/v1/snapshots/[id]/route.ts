import * as contracts from "@/lib/contracts/snapshots";
import { route } from "@/lib/http/route";
import { getSnapshot } from "@/lib/services/snapshots/read";

export const GET = route(contracts.getSnapshot, ({ context, params }) => getSnapshot(context, params.id));
