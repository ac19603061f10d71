import * as contract from "@/lib/contracts/live";
import { route } from "@/lib/http/route";
import { checkNovelty } from "@/lib/services/live/novelty";

export const POST = route(contract.checkNovelty, ({ context, params, body }) =>
  checkNovelty(context, { ...params, ...body }),
);
