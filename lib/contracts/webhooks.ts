/** Webhooks: a project's events sent to an address, signed. */
import { z } from "zod";
import { WEBHOOK_EVENTS } from "@/lib/domain/webhook-events";
import { instantSchema, pageOf, pageQuery, projectParams } from "./common";
import { defineEndpoint } from "./endpoint";

const lead = { role: "lead", scope: "projects" } as const;
const params = z.object({ webhookId: z.uuid() });

const urlSchema = z
  .url({ protocol: /^https?$/, error: "not an http or https address" })
  .max(2000)
  .refine((url) => !new URL(url).hash, "must not have a fragment");
const eventsSchema = z
  .array(z.enum(WEBHOOK_EVENTS))
  .min(1)
  .refine((events) => new Set(events).size === events.length, "names an event twice");
const descriptionSchema = z.string().trim().max(200);

export const webhookSchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  url: z.string(),
  description: z.string(),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  /** Failed tries since the last delivery that worked. */
  failures: z.number().int(),
  disabledAt: instantSchema.nullable(),
  /** Switched off by a person, or after too many failures. */
  disabledReason: z.enum(["person", "failures"]).nullable(),
  createdAt: instantSchema,
  /** The newest delivery that got an answer or a failure. */
  lastDelivery: z
    .object({ state: z.enum(["pending", "delivered", "dead"]), at: instantSchema, status: z.number().int().nullable() })
    .nullable(),
  waiting: z.number().int(),
});
export type Webhook = z.infer<typeof webhookSchema>;

const withSecret = z.object({
  webhook: webhookSchema,
  /** For the receiver, to check signatures. Shown this once. */
  secret: z.string(),
});

export const webhookDeliverySchema = z.object({
  id: z.uuid(),
  event: z.string(),
  state: z.enum(["pending", "delivered", "dead"]),
  attempts: z.number().int(),
  nextAttemptAt: instantSchema.nullable(),
  responseStatus: z.number().int().nullable(),
  /** Why the last try failed, in one sentence of ours. */
  error: z.string().nullable(),
  durationMs: z.number().int().nullable(),
  body: z.string(),
  createdAt: instantSchema,
  deliveredAt: instantSchema.nullable(),
});
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;

export const listWebhooks = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/webhooks",
  summary: "Webhooks of a project",
  access: lead,
  params: projectParams,
  response: z.object({ rows: z.array(webhookSchema) }),
});
export const createWebhook = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/webhooks",
  summary: "Send a project's events to an address from now on; the answer holds the signing secret, once",
  access: lead,
  params: projectParams,
  body: z.strictObject({ url: urlSchema, description: descriptionSchema.default(""), events: eventsSchema }),
  response: withSecret,
  status: 201,
});
export const updateWebhook = defineEndpoint({
  method: "PATCH",
  path: "/webhooks/{webhookId}",
  summary: "Change a webhook's address or events, or switch it off and on",
  access: lead,
  params,
  body: z.strictObject({
    url: urlSchema.optional(),
    description: descriptionSchema.optional(),
    events: eventsSchema.optional(),
    disabled: z.boolean().optional(),
  }),
  response: webhookSchema,
});
export const deleteWebhook = defineEndpoint({
  method: "DELETE",
  path: "/webhooks/{webhookId}",
  summary: "Remove a webhook with its delivery log",
  access: lead,
  params,
});
export const rotateWebhookSecret = defineEndpoint({
  method: "POST",
  path: "/webhooks/{webhookId}/secret",
  summary: "Give a webhook a new signing secret; the old one is gone at once",
  access: lead,
  params,
  response: withSecret,
});
export const pingWebhook = defineEndpoint({
  method: "POST",
  path: "/webhooks/{webhookId}/ping",
  summary: "Queue a test delivery (event webhook.ping)",
  access: lead,
  params,
  response: webhookDeliverySchema,
  status: 202,
});
export const listWebhookDeliveries = defineEndpoint({
  method: "GET",
  path: "/webhooks/{webhookId}/deliveries",
  summary: "Deliveries of a webhook, newest first",
  access: lead,
  params,
  query: pageQuery.extend({ state: z.enum(["pending", "delivered", "dead"]).optional() }),
  response: pageOf(webhookDeliverySchema),
});
export const redeliverWebhook = defineEndpoint({
  method: "POST",
  path: "/webhook-deliveries/{deliveryId}/redeliver",
  summary: "Queue a delivery again, with the same id and body",
  access: lead,
  params: z.object({ deliveryId: z.uuid() }),
  response: webhookDeliverySchema,
  status: 202,
});
