"use client";
import { Bookmark, Columns3, Download } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { pathOf } from "@/lib/client/call";
import { useDownload } from "@/lib/client/console/download";
import type { ListAddress } from "@/lib/client/console/list/use-list";
import type { Endpoint } from "@/lib/contracts/endpoint";
import type { ListScreen } from "@/lib/domain/lists";
import { Button } from "../button";
import { Drawer } from "../dialog";
import { Checkbox } from "../field";
import { ErrorState } from "../states";
import { SavedViews } from "./saved-views";

export interface ListToolsProps {
  screen: ListScreen;
  projectId?: string;
  list: Pick<ListAddress, "view" | "shown" | "open" | "showColumns"> & { exportQuery?: Record<string, unknown> };
  columns: readonly { key: string; header: string }[];
  /** The endpoint that gives the same rows as CSV. */
  csv?: { endpoint: Endpoint; params?: Record<string, string> };
  children?: ReactNode;
}

/** Saved views, the choice of columns, and the list as a file. */
export function ListTools({ screen, projectId, list, columns, csv, children }: ListToolsProps) {
  const t = useTranslations("console.list");
  const [views, setViews] = useState(false);
  const download = useDownload();
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Button size="sm" icon={<Bookmark size={14} aria-hidden />} onClick={() => setViews(true)}>
          {t("views")}
        </Button>
        {columns.length > 0 && <ColumnChoice columns={columns} shown={list.shown} onChange={list.showColumns} />}
        {csv && (
          <Button
            size="sm"
            icon={<Download size={14} aria-hidden />}
            busy={download.isPending}
            onClick={() => download.mutate(pathOf(csv.endpoint.path, csv.params, list.exportQuery))}
          >
            {download.isPending ? t("exporting") : t("csv")}
          </Button>
        )}
        {children}
      </div>
      {download.error && <ErrorState className="mb-3" error={download.error} />}
      {views && (
        <SavedViews
          list={{ screen, ...(projectId ? { projectId } : {}) }}
          view={list.view}
          onOpen={list.open}
          onClose={() => setViews(false)}
        />
      )}
    </>
  );
}

function ColumnChoice({
  columns,
  shown,
  onChange,
}: {
  columns: readonly { key: string; header: string }[];
  shown: readonly string[];
  onChange: (keys: string[]) => void;
}) {
  const t = useTranslations("console.list");
  const toggle = (key: string) =>
    onChange(columns.map((column) => column.key).filter((name) => (name === key) !== shown.includes(name)));
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" icon={<Columns3 size={14} aria-hidden />} onClick={() => setOpen(true)}>
        {t("columns")}
      </Button>
      <Drawer open={open} onOpenChange={setOpen} title={t("columns")}>
        <div className="flex flex-col">
          {columns.map(({ key, header }) => (
            <Checkbox
              key={key}
              label={header}
              checked={shown.includes(key)}
              disabled={shown.length === 1 && shown[0] === key}
              onChange={() => toggle(key)}
            />
          ))}
        </div>
      </Drawer>
    </>
  );
}
