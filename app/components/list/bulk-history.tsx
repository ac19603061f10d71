"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useRead } from "@/lib/client/console/use-endpoint";
import { type BulkAction, listBulkActions } from "@/lib/contracts/bulk-actions";
import { Badge } from "../badge";
import { Button } from "../button";
import { Drawer } from "../dialog";
import { EmptyState, ErrorState, Skeleton } from "../states";
import { useUndo } from "./bulk-dialog";

interface BulkHistoryProps {
  projectId: string;
  screen: "items" | "prompts";
  /** The action in words. */
  say: (action: BulkAction["action"]) => string;
  onClose: () => void;
}

/** What was changed in bulk; each can be undone for a day. */
export function BulkHistory({ projectId, screen, say, onClose }: BulkHistoryProps) {
  const t = useTranslations("console.list");
  const format = useFormatter();
  const undo = useUndo();
  const actions = useRead(listBulkActions, { params: { projectId }, query: { screen, limit: 30 } });
  return (
    <Drawer open onOpenChange={(open) => !open && onClose()} title={t("history")} description={t("historyHint")}>
      {actions.error && <ErrorState error={actions.error} onRetry={() => actions.refetch()} />}
      {actions.isPending && <Skeleton className="h-24" />}
      {actions.data?.rows.length === 0 && <EmptyState title={t("noHistory")}>{t("noHistoryHint")}</EmptyState>}
      <ul className="divide-y divide-line">
        {actions.data?.rows.map((row) => (
          <li key={row.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
            <div className="min-w-0 flex-1">
              <p>{t("historyLine", { action: say(row.action), count: row.rows })}</p>
              <p className="text-sm text-muted">
                {row.user ?? "–"} ·{" "}
                {format.dateTime(new Date(row.createdAt), { dateStyle: "medium", timeStyle: "short" })}
              </p>
            </div>
            {row.undoneAt && (
              <Badge>{row.refusedRows ? t("wasUndoneKept", { refused: row.refusedRows }) : t("wasUndone")}</Badge>
            )}
            {row.undoUntil && (
              <Button size="sm" onClick={() => undo(row.id)}>
                {t("undo")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Drawer>
  );
}
