import * as contract from "@/lib/contracts/reviews";
import { route } from "@/lib/http/route";
import { reviewComparison } from "@/lib/services/reviews/create";

export const POST = route(contract.reviewComparison, ({ context, params, body }) =>
  reviewComparison(context, { ...params, ...body }),
);
