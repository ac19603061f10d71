"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { FilterSelect } from "@/app/(console)/console/parts/filter-select";
import { When } from "@/app/(console)/console/parts/when";
import { Badge, type Tone } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useAction } from "@/lib/client/console/use-endpoint";
import { usePages } from "@/lib/client/console/use-pages";
import { listWebhookDeliveries, redeliverWebhook, type WebhookDelivery } from "@/lib/contracts/webhooks";

const STATES = ["pending", "delivered", "dead"] as const;
const TONES: Record<WebhookDelivery["state"], Tone> = { pending: "accent", delivered: "done", dead: "danger" };

/** What was sent and how it went; each can be sent again. */
export function Deliveries({ webhookId, url }: { webhookId: string; url: string }) {
  const t = useTranslations("console.webhooks");
  const [state, setState] = useState<WebhookDelivery["state"]>();
  const deliveries = usePages(
    listWebhookDeliveries,
    { params: { webhookId }, query: { state, limit: 30 } },
    { rows: (page) => page.rows, next: (page) => (page.next ? { after: page.next } : null) },
  );
  const again = useAction(redeliverWebhook);
  const error = deliveries.error ?? again.error;
  return (
    <div className="mt-3">
      <div className="mb-3 flex flex-wrap items-end gap-2">
        <FilterSelect
          label={t("state")}
          all={t("allStates")}
          value={state}
          options={STATES.map((value) => ({ value, label: t(`states.${value}`) }))}
          onChange={(value) => setState(STATES.find((known) => known === value))}
        />
        <Button size="sm" onClick={deliveries.refetch}>
          {t("refresh")}
        </Button>
      </div>
      {error && <ErrorState className="mb-3" error={error} />}
      <Table<WebhookDelivery>
        label={t("logOf", { url })}
        rows={deliveries.rows}
        rowKey={(delivery) => delivery.id}
        loading={deliveries.loading}
        onLoadMore={deliveries.onLoadMore}
        loadingMore={deliveries.loadingMore}
        empty={<EmptyState title={t("noDeliveries")}>{t("noDeliveriesHint")}</EmptyState>}
        columns={[
          { key: "event", header: t("event"), cell: (row) => <Body delivery={row} />, className: "min-w-40" },
          {
            key: "state",
            header: t("state"),
            cell: (row) => <Badge tone={TONES[row.state]}>{t(`states.${row.state}`)}</Badge>,
          },
          { key: "tries", header: t("tries"), numeric: true, cell: (row) => row.attempts },
          { key: "answer", header: t("answer"), cell: (row) => <AnswerCell delivery={row} />, className: "min-w-48" },
          { key: "created", header: t("created"), cell: (row) => <When at={row.createdAt} /> },
          {
            key: "again",
            header: <span className="sr-only">{t("redeliver")}</span>,
            cell: (row) =>
              row.state === "pending" && row.attempts === 0 ? null : (
                <Button
                  size="sm"
                  variant="ghost"
                  busy={again.isPending}
                  onClick={() => again.mutate({ params: { deliveryId: row.id } })}
                >
                  {t("redeliver")}
                </Button>
              ),
          },
        ]}
      />
    </div>
  );
}

function Body({ delivery }: { delivery: WebhookDelivery }) {
  return (
    <details>
      <summary className="cursor-pointer">
        <code className="text-sm">{delivery.event}</code>
      </summary>
      <p className="mt-1 font-mono text-xs text-muted">{delivery.id}</p>
      <pre className="mt-1 max-h-60 max-w-xl overflow-auto rounded-md bg-sunken p-2 text-xs break-words whitespace-pre-wrap">
        {delivery.body}
      </pre>
    </details>
  );
}

function AnswerCell({ delivery }: { delivery: WebhookDelivery }) {
  const t = useTranslations("console.webhooks");
  const format = useFormatter();
  const { responseStatus, durationMs, error, nextAttemptAt, attempts } = delivery;
  if (attempts === 0) return "–";
  return (
    <>
      <span className="tabular-nums">
        {responseStatus === null ? t("noAnswer") : `HTTP ${responseStatus}`}
        {durationMs !== null && ` · ${format.number(durationMs)} ms`}
      </span>
      {error && <span className="block text-sm text-danger">{error}</span>}
      {nextAttemptAt && (
        <span className="block text-sm text-muted">
          {t("nextTry")} <When at={nextAttemptAt} />
        </span>
      )}
    </>
  );
}
