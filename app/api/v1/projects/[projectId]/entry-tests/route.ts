import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { createEntryTest, listEntryTests } from "@/lib/services/onboarding/tests";

export const GET = route(contract.listEntryTests, ({ context, params }) => listEntryTests(context, params.projectId));
export const POST = route(contract.createEntryTest, ({ context, params, body }) =>
  createEntryTest(context, { ...params, ...body }),
);
