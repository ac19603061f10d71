"use client";
import { useTranslations } from "next-intl";
import { Badge } from "@/app/components/badge";
import { PageHeader } from "@/app/components/card";
import { ListFilters } from "@/app/components/list/list-filters";
import { ListRows } from "@/app/components/list/list-rows";
import type { ListColumn } from "@/app/components/list/list-table";
import { ListTools } from "@/app/components/list/list-tools";
import type { ListFilter } from "@/lib/client/console/list/list-query";
import { useList } from "@/lib/client/console/list/use-list";
import { type AuditEvent, exportAudit, listAudit } from "@/lib/contracts/audit";
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
  const columns = useColumns((objectId) => list.set({ objectId }));
  const filters: ListFilter[] = [
    {
      name: "action",
      label: t("area"),
      kind: "select",
      options: AREAS.map((value) => ({ value, label: t(`areas.${value}`) })),
    },
    { name: "objectId", label: t("objectHint"), kind: "text" },
  ];
  const list = useList(listAudit, { fixed: { projectId }, filters, columns });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      {canVerify && <VerifyChain />}
      <ListFilters list={list} />
      <ListTools screen="audit" projectId={projectId} list={list} columns={columns} csv={{ endpoint: exportAudit }} />
      <ListRows
        label={t("title")}
        columns={columns}
        list={list}
        rowKey={(event) => event.id}
        empty={{ title: t("empty"), hint: t("emptyHint") }}
      />
    </>
  );
}

function useColumns(onPick: (objectId: string) => void): ListColumn<AuditEvent>[] {
  const t = useTranslations("console.audit");
  return [
    { key: "at", header: t("at"), cell: (event) => <When at={event.at} /> },
    { key: "actor", header: t("actor"), cell: (event) => event.actorName ?? event.actorKind },
    { key: "action", header: t("action"), cell: (event) => <code className="text-sm">{event.action}</code> },
    {
      key: "object",
      header: t("object"),
      cell: (event) => <ObjectLink event={event} onPick={() => onPick(event.objectId)} />,
    },
    { key: "details", header: t("details"), className: "min-w-40", cell: (event) => <Details event={event} /> },
    {
      key: "chain",
      header: t("chain"),
      cell: (event) => (
        <Badge tone={event.sealed ? "done" : "neutral"}>{event.sealed ? t("sealed") : t("unsealed")}</Badge>
      ),
    },
  ];
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
