import * as contracts from "@/lib/contracts/policies";
import { route } from "@/lib/http/route";
import { updateVariant } from "@/lib/services/policies/policies";

export const PATCH = route(contracts.updateVariant, ({ context, params, body }) =>
  updateVariant(context, { ...params, ...body }),
);
