import * as contracts from "@/lib/contracts/annotators";
import { route } from "@/lib/http/route";
import { resumeAnnotator } from "@/lib/services/annotators/change";

export const POST = route(contracts.resumeAnnotator, ({ context, params, body }) =>
  resumeAnnotator(context, { ...params, ...body }),
);
