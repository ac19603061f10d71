import * as contracts from "@/lib/contracts/policies";
import { route } from "@/lib/http/route";
import { updatePolicy } from "@/lib/services/policies/policies";

export const PATCH = route(contracts.updatePolicy, ({ context, params, body }) =>
  updatePolicy(context, { ...params, ...body }),
);
