import * as contracts from "@/lib/contracts/bulk-actions";
import { route } from "@/lib/http/route";
import { undoBulkAction } from "@/lib/services/lists/bulk-actions";

export const POST = route(contracts.undoBulkAction, ({ context, params }) =>
  undoBulkAction(context, params.bulkActionId),
);
