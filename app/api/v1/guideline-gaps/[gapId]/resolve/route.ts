import * as contract from "@/lib/contracts/adjudications";
import { route } from "@/lib/http/route";
import { resolveGuidelineGap } from "@/lib/services/adjudications/gaps";

export const POST = route(contract.resolveGuidelineGap, ({ context, params, body }) =>
  resolveGuidelineGap(context, { ...params, ...body }),
);
