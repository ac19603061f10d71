import * as contracts from "@/lib/contracts/saved-views";
import { route } from "@/lib/http/route";
import { createSavedView, listSavedViews } from "@/lib/services/lists/saved-views";

export const GET = route(contracts.listSavedViews, ({ context, query }) => listSavedViews(context, query));
export const POST = route(contracts.createSavedView, ({ context, body }) => createSavedView(context, body));
