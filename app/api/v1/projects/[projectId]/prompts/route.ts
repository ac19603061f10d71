import * as contracts from "@/lib/contracts/lists";
import { route } from "@/lib/http/route";
import { listPrompts } from "@/lib/services/lists/prompts";

export const GET = route(contracts.listPrompts, ({ context, params, query }) =>
  listPrompts(context, { ...params, ...query }),
);
