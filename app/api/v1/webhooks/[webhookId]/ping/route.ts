import * as contracts from "@/lib/contracts/webhooks";
import { route } from "@/lib/http/route";
import { pingWebhook } from "@/lib/services/webhooks/manage";

export const POST = route(contracts.pingWebhook, ({ context, params }) => pingWebhook(context, params.webhookId));
