import * as contracts from "@/lib/contracts/policy-checks";
import { route } from "@/lib/http/route";
import { checkPolicyVariant } from "@/lib/services/policies/checks";

export const POST = route(contracts.checkPolicyVariant, ({ context, params, body }) =>
  checkPolicyVariant(context, { ...params, ...body }),
);
