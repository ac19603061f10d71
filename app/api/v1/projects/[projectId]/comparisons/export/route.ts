import * as contracts from "@/lib/contracts/lists";
import { csvResponse } from "@/lib/http/csv";
import { route } from "@/lib/http/route";
import { exportComparisons } from "@/lib/services/lists/comparisons";

export const GET = route(contracts.exportComparisons, async ({ context, params, query }) =>
  csvResponse(await exportComparisons(context, { ...params, ...query })),
);
