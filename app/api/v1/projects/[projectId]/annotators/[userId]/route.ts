import * as contracts from "@/lib/contracts/annotators";
import { route } from "@/lib/http/route";
import { updateAnnotator } from "@/lib/services/annotators/change";
import { readAnnotator } from "@/lib/services/annotators/read";

export const GET = route(contracts.getAnnotator, ({ context, params }) => readAnnotator(context, params));
export const PATCH = route(contracts.updateAnnotator, ({ context, params, body }) =>
  updateAnnotator(context, { ...params, ...body }),
);
