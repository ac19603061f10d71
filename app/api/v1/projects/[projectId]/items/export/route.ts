import * as contracts from "@/lib/contracts/lists";
import { csvResponse } from "@/lib/http/csv";
import { route } from "@/lib/http/route";
import { exportItems } from "@/lib/services/lists/items";

export const GET = route(contracts.exportItems, async ({ context, params, query }) =>
  csvResponse(await exportItems(context, { ...params, ...query })),
);
