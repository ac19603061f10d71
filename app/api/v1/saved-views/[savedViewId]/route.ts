import * as contracts from "@/lib/contracts/saved-views";
import { route } from "@/lib/http/route";
import { deleteSavedView, updateSavedView } from "@/lib/services/lists/saved-views";

export const PATCH = route(contracts.updateSavedView, ({ context, params, body }) =>
  updateSavedView(context, { id: params.savedViewId, ...body }),
);
export const DELETE = route(contracts.deleteSavedView, ({ context, params }) =>
  deleteSavedView(context, params.savedViewId),
);
