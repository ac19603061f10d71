import * as contracts from "@/lib/contracts/webhooks";
import { route } from "@/lib/http/route";
import { createWebhook, listWebhooks } from "@/lib/services/webhooks/manage";

export const GET = route(contracts.listWebhooks, ({ context, params }) => listWebhooks(context, params.projectId));
export const POST = route(contracts.createWebhook, ({ context, params, body }) =>
  createWebhook(context, { ...params, ...body }),
);
