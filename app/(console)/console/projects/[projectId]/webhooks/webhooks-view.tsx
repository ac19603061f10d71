"use client";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useRead } from "@/lib/client/console/use-endpoint";
import { listWebhooks, type Webhook } from "@/lib/contracts/webhooks";
import { EditWebhook } from "./edit-webhook";
import { ShownSecret } from "./shown-secret";
import { WebhookCard } from "./webhook-card";

const POLL_MS = 5000;

export function WebhooksView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.webhooks");
  const [editing, setEditing] = useState<Webhook | "new" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const webhooks = useRead(
    listWebhooks,
    { params: { projectId } },
    { pollWhile: (data) => (data?.rows.some((webhook) => webhook.waiting > 0) ? POLL_MS : false) },
  );
  const rows = webhooks.data?.rows ?? [];
  const add = (
    <Button variant="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setEditing("new")}>
      {t("add")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={add} />
      {webhooks.error && <ErrorState className="mb-4" error={webhooks.error} onRetry={() => webhooks.refetch()} />}
      {webhooks.isPending && <Skeleton className="h-40" />}
      {webhooks.data && rows.length === 0 && <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
      <div className="flex flex-col gap-4">
        {rows.map((webhook) => (
          <WebhookCard key={webhook.id} webhook={webhook} onEdit={() => setEditing(webhook)} onSecret={setSecret} />
        ))}
      </div>
      {editing && (
        <EditWebhook
          projectId={projectId}
          webhook={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
          onSecret={setSecret}
        />
      )}
      {secret && <ShownSecret secret={secret} onClose={() => setSecret(null)} />}
    </>
  );
}
