"use client";
import { History, X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Selection } from "@/lib/client/console/list/use-list";
import { Button, IconButton } from "../button";

interface BulkBarProps {
  selection: Selection;
  /** Rows that are loaded; there may be more under the same filters. */
  loaded: number;
  more: boolean;
  children: ReactNode;
  onHistory: () => void;
}

/** How many rows are picked and what can be done with them. Its place is kept, so that the list does not jump. */
export function BulkBar({ selection, loaded, more, children, onHistory }: BulkBarProps) {
  const t = useTranslations("console.list");
  const count = selection.all ? null : selection.ids.size;
  const some = count !== 0;
  return (
    <fieldset aria-label={t("bulk")} className="mb-3 flex min-h-11 min-w-0 flex-wrap items-center gap-2">
      <p aria-live="polite" className="text-sm text-muted">
        {count === null ? t("pickedAll") : some ? t("picked", { count }) : t("pickHint")}
      </p>
      {some && (
        <>
          {!selection.all && more && count === loaded && (
            <Button size="sm" variant="ghost" onClick={selection.pickAll}>
              {t("pickAll")}
            </Button>
          )}
          {children}
          <IconButton label={t("letGo")} onClick={selection.clear}>
            <X size={16} aria-hidden />
          </IconButton>
        </>
      )}
      <Button
        size="sm"
        variant="ghost"
        className="ml-auto"
        icon={<History size={14} aria-hidden />}
        onClick={onHistory}
      >
        {t("history")}
      </Button>
    </fieldset>
  );
}
