import * as contract from "@/lib/contracts/assignments";
import { route } from "@/lib/http/route";
import { explainNoItem } from "@/lib/services/assignments/explain";

export const GET = route(contract.explainNoItem, ({ context, query }) => explainNoItem(context, query));
