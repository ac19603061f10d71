"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { Confirm } from "@/app/components/confirm";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { deleteWebhook, pingWebhook, rotateWebhookSecret, updateWebhook, type Webhook } from "@/lib/contracts/webhooks";
import { Deliveries } from "./deliveries";
import { eventKey } from "./edit-webhook";

interface WebhookCardProps {
  webhook: Webhook;
  onEdit: () => void;
  onSecret: (secret: string) => void;
}

export function WebhookCard({ webhook, onEdit, onSecret }: WebhookCardProps) {
  const t = useTranslations("console.webhooks");
  const [asking, setAsking] = useState<"delete" | "secret" | null>(null);
  const [log, setLog] = useState(false);
  const ping = useAction(pingWebhook);
  const update = useAction(updateWebhook);
  const params = { webhookId: webhook.id };
  const off = webhook.disabledAt !== null;
  const test = () => ping.mutate({ params }, { onSuccess: () => toast({ title: t("pinged") }) });
  return (
    <Section
      title={
        <span className="flex flex-wrap items-center gap-2">
          <span className="break-all">{webhook.url}</span>
          <State webhook={webhook} />
        </span>
      }
      description={webhook.description}
      actions={
        <>
          <Button size="sm" busy={ping.isPending} disabled={off} onClick={test}>
            {t("ping")}
          </Button>
          <Button size="sm" onClick={onEdit}>
            {t("edit")}
          </Button>
          <Button size="sm" variant="ghost" onClick={() => setAsking("secret")}>
            {t("newSecret")}
          </Button>
          <Button
            size="sm"
            variant="ghost"
            busy={update.isPending}
            onClick={() => update.mutate({ params, body: { disabled: !off } })}
          >
            {off ? t("switchOn") : t("switchOff")}
          </Button>
          <Button size="sm" variant="ghost" onClick={() => setAsking("delete")}>
            {t("remove")}
          </Button>
        </>
      }
    >
      {(ping.error ?? update.error) && <ErrorState className="mb-3" error={ping.error ?? update.error} />}
      {webhook.disabledReason === "failures" && (
        <ErrorState className="mb-3" title={t("offByFailures")} error={{ message: t("offByFailuresHint") }} />
      )}
      <p className="text-sm">{webhook.events.map((event) => t(`eventNames.${eventKey(event)}`)).join(" · ")}</p>
      <p className="mt-1 text-sm text-muted">
        {t("since")} <When at={webhook.createdAt} />
        {webhook.waiting > 0 && ` · ${t("waiting", { count: webhook.waiting })}`}
      </p>
      <Button size="sm" className="mt-3" aria-expanded={log} onClick={() => setLog(!log)}>
        {log ? t("hideLog") : t("showLog")}
      </Button>
      {log && <Deliveries webhookId={webhook.id} url={webhook.url} />}
      {asking === "delete" && <Remove webhook={webhook} onClose={() => setAsking(null)} />}
      {asking === "secret" && <NewSecret webhook={webhook} onClose={() => setAsking(null)} onSecret={onSecret} />}
    </Section>
  );
}

function State({ webhook }: { webhook: Webhook }) {
  const t = useTranslations("console.webhooks");
  if (webhook.disabledAt) return <Badge tone="warn">{t("off")}</Badge>;
  if (webhook.failures > 0) return <Badge tone="danger">{t("failing", { count: webhook.failures })}</Badge>;
  if (webhook.lastDelivery?.state === "delivered") return <Badge tone="done">{t("working")}</Badge>;
  return <Badge>{t("notTried")}</Badge>;
}

function Remove({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const t = useTranslations("console.webhooks");
  const remove = useAction(deleteWebhook);
  return (
    <Confirm
      title={t("removeTitle")}
      description={t("removeHint", { url: webhook.url })}
      action={t("remove")}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ params: { webhookId: webhook.id } }, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}

function NewSecret({ webhook, onClose, onSecret }: Omit<WebhookCardProps, "onEdit"> & { onClose: () => void }) {
  const t = useTranslations("console.webhooks");
  const rotate = useAction(rotateWebhookSecret);
  const go = () =>
    rotate.mutate(
      { params: { webhookId: webhook.id } },
      {
        onSuccess: (made) => {
          onClose();
          if (made) onSecret(made.secret);
        },
      },
    );
  return (
    <Confirm
      title={t("newSecretTitle")}
      description={t("newSecretHint")}
      action={t("newSecret")}
      busy={rotate.isPending}
      error={rotate.error}
      onConfirm={go}
      onClose={onClose}
    />
  );
}
