import * as contracts from "@/lib/contracts/bulk-actions";
import { route } from "@/lib/http/route";
import { applyBulkAction, listBulkActions } from "@/lib/services/lists/bulk-actions";

export const GET = route(contracts.listBulkActions, ({ context, params, query }) =>
  listBulkActions(context, { ...params, ...query }),
);
export const POST = route(contracts.applyBulkAction, ({ context, params, body }) =>
  applyBulkAction(context, { ...params, ...body }),
);
