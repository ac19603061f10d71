import * as contract from "@/lib/contracts/comparisons";
import { idempotencyKey } from "@/lib/http/idempotency-key";
import { route } from "@/lib/http/route";
import { supersedeComparison } from "@/lib/services/comparisons/supersede";

export const POST = route(contract.supersedeComparison, ({ context, params, body, request }) =>
  supersedeComparison(context, { ...params, verdict: body, idempotencyKey: idempotencyKey(request) }),
);
