import * as contracts from "@/lib/contracts/snapshots";
import { route } from "@/lib/http/route";
import { listSnapshots } from "@/lib/services/snapshots/read";

export const GET = route(contracts.listSnapshots, ({ context, query }) => listSnapshots(context, query));
