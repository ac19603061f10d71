import * as contract from "@/lib/contracts/comparisons";
import { route } from "@/lib/http/route";
import { getComparison } from "@/lib/services/comparisons/read";

export const GET = route(contract.getComparison, ({ context, params }) => getComparison(context, params));
