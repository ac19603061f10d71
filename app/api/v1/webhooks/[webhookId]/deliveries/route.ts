import * as contracts from "@/lib/contracts/webhooks";
import { route } from "@/lib/http/route";
import { listWebhookDeliveries } from "@/lib/services/webhooks/manage";

export const GET = route(contracts.listWebhookDeliveries, ({ context, params, query }) =>
  listWebhookDeliveries(context, { ...params, ...query }),
);
