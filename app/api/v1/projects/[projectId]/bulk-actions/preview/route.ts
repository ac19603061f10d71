import * as contracts from "@/lib/contracts/bulk-actions";
import { route } from "@/lib/http/route";
import { previewBulkAction } from "@/lib/services/lists/bulk-actions";

export const POST = route(contracts.previewBulkAction, ({ context, params, body }) =>
  previewBulkAction(context, { ...params, request: body }),
);
