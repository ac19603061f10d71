import * as contracts from "@/lib/contracts/lists";
import { route } from "@/lib/http/route";
import { showComparison } from "@/lib/services/lists/comparisons";

export const GET = route(contracts.showComparison, ({ context, params }) => showComparison(context, params));
