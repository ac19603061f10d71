"use client";
import { useTranslations } from "next-intl";
import { Badge } from "@/app/components/badge";
import { PageHeader } from "@/app/components/card";
import { Field, Input } from "@/app/components/field";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useFilter } from "@/lib/client/console/use-filter";
import { usePages } from "@/lib/client/console/use-pages";
import { type AuditEvent, listAudit } from "@/lib/contracts/audit";
import { FilterSelect } from "../../../parts/filter-select";
import { When } from "../../../parts/when";
import { VerifyChain } from "./verify-chain";

/** What action names start with, in the order of a project's life. */
const AREAS = [
  "project",
  "guideline",
  "campaign",
  "policy",
  "import",
  "live",
  "review",
  "snapshot",
  "round",
  "training_run",
  "reward_model",
] as const;

export function AuditView({ projectId, canVerify }: { projectId: string; canVerify: boolean }) {
  const t = useTranslations("console.audit");
  const [area, setArea] = useFilter("area", AREAS);
  const [objectId, setObjectId] = useFilter("object");
  const events = usePages(
    listAudit,
    { query: { projectId, objectId, action: area } },
    { rows: (page) => page.rows, next: (page) => (page.next ? { after: page.next } : null) },
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      {canVerify && <VerifyChain />}
      <div className="mb-4 flex flex-wrap gap-3">
        <FilterSelect
          label={t("area")}
          all={t("allAreas")}
          value={area}
          options={AREAS.map((value) => ({ value, label: t(`areas.${value}`) }))}
          onChange={setArea}
        />
        <Field label={t("object")} className="w-full sm:w-96">
          {(control) => (
            <Input
              {...control}
              type="search"
              maxLength={200}
              placeholder={t("objectHint")}
              value={objectId ?? ""}
              onChange={(event) => setObjectId(event.target.value.trim())}
            />
          )}
        </Field>
      </div>
      {events.error && <ErrorState className="mb-4" error={events.error} onRetry={events.refetch} />}
      <Table
        label={t("title")}
        rows={events.rows}
        rowKey={(event) => event.id}
        loading={events.loading}
        onLoadMore={events.onLoadMore}
        loadingMore={events.loadingMore}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "at", header: t("at"), cell: (event) => <When at={event.at} /> },
          { key: "actor", header: t("actor"), cell: (event) => event.actorName ?? event.actorKind },
          { key: "action", header: t("action"), cell: (event) => <code className="text-sm">{event.action}</code> },
          {
            key: "object",
            header: t("object"),
            cell: (event) => <ObjectLink event={event} onPick={() => setObjectId(event.objectId)} />,
          },
          { key: "details", header: t("details"), className: "min-w-40", cell: (event) => <Details event={event} /> },
          {
            key: "sealed",
            header: t("chain"),
            cell: (event) => (
              <Badge tone={event.sealed ? "done" : "neutral"}>{event.sealed ? t("sealed") : t("unsealed")}</Badge>
            ),
          },
        ]}
      />
    </>
  );
}

/** Narrows the list to the history of one object. */
function ObjectLink({ event, onPick }: { event: AuditEvent; onPick: () => void }) {
  const t = useTranslations("console.audit");
  return (
    <button
      type="button"
      onClick={onPick}
      title={event.objectId}
      aria-label={t("history", { object: `${event.objectType} ${event.objectId}` })}
      className="text-left text-accent underline underline-offset-2"
    >
      {event.objectType} <span className="font-mono text-sm">{event.objectId.slice(0, 8)}</span>
    </button>
  );
}

function Details({ event }: { event: AuditEvent }) {
  const t = useTranslations("console.audit");
  const names = Object.keys(event.details);
  if (names.length === 0) return <span className="text-muted">–</span>;
  return (
    <details>
      <summary className="cursor-pointer text-sm">{t("fields", { count: names.length })}</summary>
      <pre className="mt-1 max-h-60 max-w-xl overflow-auto rounded-md bg-sunken p-2 text-xs break-words whitespace-pre-wrap">
        {JSON.stringify(event.details, null, 2)}
      </pre>
    </details>
  );
}
