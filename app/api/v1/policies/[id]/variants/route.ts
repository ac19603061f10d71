import * as contracts from "@/lib/contracts/policies";
import { route } from "@/lib/http/route";
import { createVariant } from "@/lib/services/policies/policies";

export const POST = route(contracts.createVariant, ({ context, params, body }) =>
  createVariant(context, params.id, body),
);
