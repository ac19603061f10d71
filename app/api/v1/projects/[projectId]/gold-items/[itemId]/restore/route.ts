import * as contracts from "@/lib/contracts/gold";
import { route } from "@/lib/http/route";
import { restoreGoldItem } from "@/lib/services/gold/retire";

export const POST = route(contracts.restoreGoldItem, ({ context, params }) => restoreGoldItem(context, params));
