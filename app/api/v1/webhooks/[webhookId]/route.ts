import * as contracts from "@/lib/contracts/webhooks";
import { route } from "@/lib/http/route";
import { deleteWebhook, updateWebhook } from "@/lib/services/webhooks/manage";

export const PATCH = route(contracts.updateWebhook, ({ context, params, body }) =>
  updateWebhook(context, { id: params.webhookId, ...body }),
);
export const DELETE = route(contracts.deleteWebhook, ({ context, params }) => deleteWebhook(context, params.webhookId));
