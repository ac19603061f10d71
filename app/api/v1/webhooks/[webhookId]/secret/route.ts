import * as contracts from "@/lib/contracts/webhooks";
import { route } from "@/lib/http/route";
import { rotateWebhookSecret } from "@/lib/services/webhooks/manage";

export const POST = route(contracts.rotateWebhookSecret, ({ context, params }) =>
  rotateWebhookSecret(context, params.webhookId),
);
