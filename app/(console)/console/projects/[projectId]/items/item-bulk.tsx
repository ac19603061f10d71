"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/components/button";
import { Field, Input, Select } from "@/app/components/field";
import { BulkBar } from "@/app/components/list/bulk-bar";
import { BulkDialog } from "@/app/components/list/bulk-dialog";
import { BulkHistory } from "@/app/components/list/bulk-history";
import type { Selection } from "@/lib/client/console/list/use-list";
import type { BulkRequest } from "@/lib/contracts/bulk-actions";
import type { ItemFilter } from "@/lib/contracts/lists";
import { ITEM_ORDERS, type ItemBulkAction, type ItemOrder, OVERLAP_MAX } from "@/lib/domain/lists";

interface Campaign {
  id: string;
  name: string;
}
interface ItemBulkProps {
  projectId: string;
  campaigns: Campaign[];
  selection: Selection;
  filter: ItemFilter;
  loaded: number;
  more: boolean;
}

const KINDS = ["withdraw", "reopen", "mark_unusable", "set_overlap", "set_order", "move"] as const;
type Kind = (typeof KINDS)[number];

export function ItemBulk({ projectId, campaigns, selection, filter, loaded, more }: ItemBulkProps) {
  const t = useTranslations("console.items");
  const [kind, setKind] = useState<Kind | null>(null);
  const [history, setHistory] = useState(false);
  const rows: Extract<BulkRequest, { screen: "items" }>["selection"] = selection.all
    ? { filter }
    : { ids: [...selection.ids] };
  return (
    <>
      <BulkBar selection={selection} loaded={loaded} more={more} onHistory={() => setHistory(true)}>
        {KINDS.map((name) => (
          <Button key={name} size="sm" onClick={() => setKind(name)}>
            {t(`actions.${name}`)}
          </Button>
        ))}
      </BulkBar>
      {kind && (
        <ChangeItems
          projectId={projectId}
          campaigns={campaigns}
          kind={kind}
          rows={rows}
          onClose={() => setKind(null)}
          onDone={() => {
            setKind(null);
            selection.clear();
          }}
        />
      )}
      {history && (
        <BulkHistory
          projectId={projectId}
          screen="items"
          say={(action) => t(`actions.${action.kind as Kind}`)}
          onClose={() => setHistory(false)}
        />
      )}
    </>
  );
}

interface ChangeItemsProps {
  projectId: string;
  campaigns: Campaign[];
  kind: Kind;
  rows: Extract<BulkRequest, { screen: "items" }>["selection"];
  onClose: () => void;
  onDone: () => void;
}

function ChangeItems({ projectId, campaigns, kind, rows, onClose, onDone }: ChangeItemsProps) {
  const t = useTranslations("console.items");
  const [overlap, setOverlap] = useState("3");
  const [order, setOrder] = useState<ItemOrder>("last");
  const [campaignId, setCampaignId] = useState("");
  const action = actionOf(kind, { overlap: Number(overlap), order, campaignId });
  return (
    <BulkDialog
      projectId={projectId}
      title={t(`actions.${kind}`)}
      description={t(`hints.${kind}`)}
      request={action && { screen: "items", selection: rows, action }}
      say={useSay(campaigns)}
      onClose={onClose}
      onDone={onDone}
    >
      {kind === "set_overlap" && (
        <Field label={t("overlap")}>
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              max={OVERLAP_MAX}
              value={overlap}
              onChange={(event) => setOverlap(event.target.value)}
            />
          )}
        </Field>
      )}
      {kind === "set_order" && (
        <Field label={t("order")}>
          {(control) => (
            <Select {...control} value={order} onChange={(event) => setOrder(event.target.value as ItemOrder)}>
              {ITEM_ORDERS.map((value) => (
                <option key={value} value={value}>
                  {t(`orders.${value}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {kind === "move" && (
        <Field label={t("campaign")}>
          {(control) => (
            <Select {...control} value={campaignId} onChange={(event) => setCampaignId(event.target.value)}>
              <option value="">{t("chooseCampaign")}</option>
              {campaigns.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </BulkDialog>
  );
}

/** Null while a field has no value that could be sent. */
function actionOf(
  kind: Kind,
  fields: { overlap: number; order: ItemOrder; campaignId: string },
): ItemBulkAction | null {
  const { overlap, order, campaignId } = fields;
  if (kind === "set_overlap")
    return Number.isInteger(overlap) && overlap >= 1 && overlap <= OVERLAP_MAX ? { kind, overlap } : null;
  if (kind === "set_order") return { kind, order };
  if (kind === "move") return campaignId ? { kind, campaignId } : null;
  return { kind };
}

function useSay(campaigns: Campaign[]) {
  const t = useTranslations("console.items");
  return (field: string, value: unknown): string => {
    if (field === "state") return t(`states.${value as "open"}`);
    if (field === "overlap") return t("overlapIs", { overlap: Number(value) });
    if (field === "campaignId") return campaigns.find(({ id }) => id === value)?.name ?? "–";
    return t(`orders.${Number(value) >= 1 ? "last" : "normal"}`);
  };
}
