import * as contract from "@/lib/contracts/onboarding";
import { route } from "@/lib/http/route";
import { readOnboarding } from "@/lib/services/onboarding/overview";

export const GET = route(contract.getOnboarding, ({ context, params, query }) =>
  readOnboarding(context, { ...params, ...query }),
);
