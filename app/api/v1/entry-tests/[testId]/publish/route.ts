import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { publishEntryTest } from "@/lib/services/onboarding/tests";

export const POST = route(contract.publishEntryTest, ({ context, params, body }) =>
  publishEntryTest(context, { ...params, ...body }),
);
