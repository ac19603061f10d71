import * as contracts from "@/lib/contracts/annotators";
import { route } from "@/lib/http/route";
import { pauseAnnotator } from "@/lib/services/annotators/change";

export const POST = route(contracts.pauseAnnotator, ({ context, params, body }) =>
  pauseAnnotator(context, { ...params, ...body }),
);
