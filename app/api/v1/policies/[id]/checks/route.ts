import * as contracts from "@/lib/contracts/policy-checks";
import { route } from "@/lib/http/route";
import { listPolicyChecks } from "@/lib/services/policies/checks";

export const GET = route(contracts.listPolicyChecks, ({ context, params }) => listPolicyChecks(context, params.id));
