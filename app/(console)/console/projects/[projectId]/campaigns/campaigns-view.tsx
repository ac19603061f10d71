"use client";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge, type Tone } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { EmptyState, ErrorState, ProgressBar } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { toast } from "@/app/components/toast";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { type Campaign, listCampaigns, updateCampaign } from "@/lib/contracts/campaigns";
import { CreateCampaign } from "./create-campaign";
import { EditRules } from "./edit-rules";

const TONES: Record<Campaign["state"], Tone> = { open: "done", paused: "warn", closed: "neutral" };

export function CampaignsView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.campaigns");
  const [creating, setCreating] = useState(false);
  const [editing, setEditing] = useState<Campaign | null>(null);
  const campaigns = useRead(listCampaigns, { params: { projectId } });
  const update = useAction(updateCampaign);
  const setState = ({ id, name, state: before }: Campaign, state: Campaign["state"]) => {
    const change = (to: Campaign["state"], onSuccess?: () => void) =>
      update.mutate({ params: { id }, body: { state: to } }, { onSuccess });
    const undo = { label: t("undo"), run: () => change(before) };
    change(state, () => toast({ tone: "done", title: t(`stateSet.${state}`, { name }), action: undo }));
  };
  const create = (
    <Button variant="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={create} />
      {(campaigns.error ?? update.error) && <ErrorState error={campaigns.error ?? update.error} className="mb-4" />}
      <Table
        label={t("title")}
        rows={campaigns.data?.rows ?? []}
        rowKey={(campaign) => campaign.id}
        loading={campaigns.isPending}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "name", header: t("name"), cell: (campaign) => <Name campaign={campaign} />, className: "min-w-48" },
          { key: "kind", header: t("kind"), cell: (campaign) => t(`kinds.${campaign.kind}`) },
          { key: "task", header: t("task"), cell: (campaign) => t(`tasks.${campaign.task}`) },
          { key: "overlap", header: t("overlap"), numeric: true, cell: (campaign) => campaign.overlap },
          {
            key: "progress",
            header: t("progress"),
            className: "min-w-40",
            cell: (campaign) => <Progress campaign={campaign} />,
          },
          {
            key: "state",
            header: t("state"),
            cell: (campaign) => <Badge tone={TONES[campaign.state]}>{t(`states.${campaign.state}`)}</Badge>,
          },
          {
            key: "actions",
            header: <span className="sr-only">{t("actions")}</span>,
            cell: (campaign) => (
              <div className="flex justify-end gap-1">
                <Button
                  size="sm"
                  variant="ghost"
                  aria-label={t("rules.titleOf", { name: campaign.name })}
                  onClick={() => setEditing(campaign)}
                >
                  {t("rules.edit")}
                </Button>
                {(["open", "paused", "closed"] as const)
                  .filter((state) => state !== campaign.state)
                  .map((state) => (
                    <Button
                      key={state}
                      size="sm"
                      variant="ghost"
                      busy={update.isPending && update.variables.params?.id === campaign.id}
                      onClick={() => setState(campaign, state)}
                    >
                      {t(`setState.${state}`)}
                    </Button>
                  ))}
              </div>
            ),
          },
        ]}
      />
      {editing && <EditRules campaign={editing} onClose={() => setEditing(null)} />}
      <CreateCampaign projectId={projectId} open={creating} onOpenChange={setCreating} />
    </>
  );
}

/** With how far the order reaches, where there is one but chance. */
function Name({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("console.campaigns.rules");
  const { name, ordering, order } = campaign;
  if (ordering === "random") return name;
  const values = {
    ordering: t(`orderings.${ordering}`),
    ordered: order?.itemsOrdered ?? 0,
    open: order?.itemsOpen ?? 0,
  };
  return (
    <>
      {name}
      <span className="block text-sm text-muted">
        {order === null
          ? t("ordering", values)
          : order.itemsOrdered === 0
            ? t("unordered", values)
            : t("ordered", values)}
      </span>
    </>
  );
}

function Progress({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("console.campaigns");
  const text = t("done", { done: campaign.itemsDone, all: campaign.items });
  return (
    <>
      <span className="text-sm tabular-nums">{text}</span>
      <ProgressBar
        className="mt-1"
        fraction={campaign.items === 0 ? 0 : campaign.itemsDone / campaign.items}
        label={text}
      />
    </>
  );
}
