import * as contracts from "@/lib/contracts/lists";
import { csvResponse } from "@/lib/http/csv";
import { route } from "@/lib/http/route";
import { exportPrompts } from "@/lib/services/lists/prompts";

export const GET = route(contracts.exportPrompts, async ({ context, params, query }) =>
  csvResponse(await exportPrompts(context, { ...params, ...query })),
);
