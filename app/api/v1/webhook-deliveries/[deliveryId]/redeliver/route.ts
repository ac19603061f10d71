import * as contracts from "@/lib/contracts/webhooks";
import { route } from "@/lib/http/route";
import { redeliverWebhook } from "@/lib/services/webhooks/manage";

export const POST = route(contracts.redeliverWebhook, ({ context, params }) =>
  redeliverWebhook(context, params.deliveryId),
);
