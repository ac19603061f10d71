import * as contracts from "@/lib/contracts/policies";
import { route } from "@/lib/http/route";
import { createPolicy, listPolicies } from "@/lib/services/policies/policies";

export const GET = route(contracts.listPolicies, ({ context, params }) => listPolicies(context, params.projectId));
export const POST = route(contracts.createPolicy, ({ context, params, body }) =>
  createPolicy(context, { ...params, ...body }),
);
