import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { listAttempts } from "@/lib/services/onboarding/manage-attempts";

export const GET = route(contract.listAttempts, ({ context, params, query }) =>
  listAttempts(context, { ...params, ...query }),
);
