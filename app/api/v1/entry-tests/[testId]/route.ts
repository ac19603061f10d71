import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { updateEntryTest } from "@/lib/services/onboarding/tests";

export const PATCH = route(contract.updateEntryTest, ({ context, params, body }) =>
  updateEntryTest(context, { ...params, ...body }),
);
