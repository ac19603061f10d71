"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Checkbox, Field, Input } from "@/app/components/field";
import { ErrorState } from "@/app/components/states";
import { useAction } from "@/lib/client/console/use-endpoint";
import { createWebhook, updateWebhook, type Webhook } from "@/lib/contracts/webhooks";
import { WEBHOOK_EVENTS, type WebhookEvent } from "@/lib/domain/webhook-events";

interface EditWebhookProps {
  projectId: string;
  /** Null = a new one. */
  webhook: Webhook | null;
  onClose: () => void;
  onSecret: (secret: string) => void;
}

export function EditWebhook({ projectId, webhook, onClose, onSecret }: EditWebhookProps) {
  const t = useTranslations("console.webhooks");
  const [events, setEvents] = useState<ReadonlySet<WebhookEvent>>(new Set(webhook?.events ?? []));
  const create = useAction(createWebhook);
  const update = useAction(updateWebhook);
  const error = create.error ?? update.error;
  const problem = (path: string) => error?.problems.find((entry) => entry.path === `body.${path}`)?.message;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { url: String(form.get("url")), description: String(form.get("description")), events: [...events] };
    if (webhook) update.mutate({ params: { webhookId: webhook.id }, body }, { onSuccess: onClose });
    else
      create.mutate(
        { params: { projectId }, body },
        {
          onSuccess: (made) => {
            onClose();
            if (made) onSecret(made.secret);
          },
        },
      );
  };
  const toggle = (name: WebhookEvent) => {
    const next = new Set(events);
    if (!next.delete(name)) next.add(name);
    setEvents(next);
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={webhook ? t("edit") : t("add")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("url")} hint={t("urlHint")} error={problem("url")}>
          {(control) => (
            <Input
              {...control}
              name="url"
              type="url"
              required
              maxLength={2000}
              placeholder="https://"
              defaultValue={webhook?.url}
            />
          )}
        </Field>
        <Field label={t("note")} optional={t("optional")}>
          {(control) => <Input {...control} name="description" maxLength={200} defaultValue={webhook?.description} />}
        </Field>
        <fieldset>
          <legend className="mb-1 text-sm font-medium">{t("events")}</legend>
          <div className="grid gap-x-4 sm:grid-cols-2">
            {WEBHOOK_EVENTS.map((name) => (
              <Checkbox
                key={name}
                label={t(`eventNames.${eventKey(name)}`)}
                checked={events.has(name)}
                onChange={() => toggle(name)}
              />
            ))}
          </div>
        </fieldset>
        {error && !problem("url") && <ErrorState error={error} />}
        <Button
          type="submit"
          variant="primary"
          disabled={events.size === 0}
          busy={create.isPending || update.isPending}
          className="self-start"
        >
          {t("save")}
        </Button>
      </form>
    </Dialog>
  );
}

/** Event names hold a dot, which a message's key may not. */
export const eventKey = (event: WebhookEvent) => event.replace(".", "_") as "comparison_created";
