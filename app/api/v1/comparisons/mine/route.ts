import * as contract from "@/lib/contracts/comparisons";
import { route } from "@/lib/http/route";
import { listMyComparisons } from "@/lib/services/comparisons/read";

export const GET = route(contract.listMyComparisons, ({ context, query }) => listMyComparisons(context, query));
