/** What a webhook can be told of. */
export const WEBHOOK_EVENTS = [
  "comparison.created",
  "item.done",
  "review.created",
  "annotator.paused",
  "round.finished",
  "run.finished",
  "reward_model.promoted",
  "snapshot.created",
  "import.finished",
  "bulk_action.applied",
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];
