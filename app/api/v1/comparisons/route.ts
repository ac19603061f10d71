import * as contract from "@/lib/contracts/comparisons";
import { idempotencyKey } from "@/lib/http/idempotency-key";
import { directRoute } from "@/lib/http/route";
import { submitComparison } from "@/lib/services/comparisons/submit";

export const POST = directRoute(contract.submitComparison, ({ context, body, request }) =>
  submitComparison(context, { ...body, idempotencyKey: idempotencyKey(request) }),
);
