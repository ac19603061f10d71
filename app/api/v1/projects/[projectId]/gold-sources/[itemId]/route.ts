import * as contracts from "@/lib/contracts/gold";
import { route } from "@/lib/http/route";
import { readGoldSource } from "@/lib/services/gold/create";

export const GET = route(contracts.getGoldSource, ({ context, params }) => readGoldSource(context, params));
