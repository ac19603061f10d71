import * as contract from "@/lib/contracts/live";
import { route } from "@/lib/http/route";
import { getLiveTree } from "@/lib/services/live/tree";

export const GET = route(contract.getLiveTree, ({ context, params }) => getLiveTree(context, params));
