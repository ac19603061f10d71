import * as contract from "@/lib/contracts/turn-reviews";
import { idempotencyKey } from "@/lib/http/idempotency-key";
import { route } from "@/lib/http/route";
import { submitTurnReview } from "@/lib/services/turn-reviews/submit";

export const POST = route(contract.submitTurnReview, ({ context, body, request }) =>
  submitTurnReview(context, { ...body, idempotencyKey: idempotencyKey(request) }),
);
