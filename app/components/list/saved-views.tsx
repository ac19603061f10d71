"use client";
import { Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import {
  createSavedView,
  deleteSavedView,
  listSavedViews,
  type SavedView,
  updateSavedView,
} from "@/lib/contracts/saved-views";
import type { ListScreen } from "@/lib/domain/lists";
import { Badge } from "../badge";
import { Button, IconButton } from "../button";
import { Drawer } from "../dialog";
import { Checkbox, Field, Input } from "../field";
import { EmptyState, ErrorState, Skeleton } from "../states";
import { toast } from "../toast";

interface SavedViewsProps {
  list: { screen: ListScreen; projectId?: string };
  /** The list as it is now, as a query string. */
  view: string;
  onOpen: (query: string) => void;
  onClose: () => void;
}

export function SavedViews({ list, view, onOpen, onClose }: SavedViewsProps) {
  const t = useTranslations("console.list");
  const views = useRead(listSavedViews, { query: list });
  // Held here: a line is gone by the time its removal has been answered.
  const remove = useAction(deleteSavedView);
  const restore = useAction(createSavedView);
  const forget = ({ id, screen, name, query, shared, projectId }: SavedView) => {
    const body = { screen, name, query, shared, ...(projectId ? { projectId } : {}) };
    const undo = { label: t("undo"), run: () => restore.mutate({ body }) };
    const told = () => toast({ title: t("forgotten", { name }), action: undo });
    remove.mutate({ params: { savedViewId: id } }, { onSuccess: told });
  };
  const rows = views.data?.rows ?? [];
  return (
    <Drawer open onOpenChange={(open) => !open && onClose()} title={t("views")} description={t("viewsHint")}>
      <SaveView list={list} view={view} />
      {(views.error ?? remove.error) && (
        <ErrorState error={views.error ?? remove.error} onRetry={() => views.refetch()} />
      )}
      {views.isPending && <Skeleton className="h-24" />}
      {views.data && rows.length === 0 && <EmptyState title={t("noViews")}>{t("noViewsHint")}</EmptyState>}
      <ul className="divide-y divide-line">
        {rows.map((row) => (
          <li key={row.id}>
            <ViewLine
              row={row}
              current={row.query === view}
              onForget={() => forget(row)}
              onOpen={() => {
                onOpen(row.query);
                onClose();
              }}
            />
          </li>
        ))}
      </ul>
    </Drawer>
  );
}

function SaveView({ list, view }: Pick<SavedViewsProps, "list" | "view">) {
  const t = useTranslations("console.list");
  const create = useAction(createSavedView);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const body = { ...list, query: view, name: String(data.get("name")), shared: data.get("shared") === "on" };
    create.mutate({ body }, { onSuccess: () => form.reset() });
  };
  return (
    <form onSubmit={submit} className="mb-4 flex flex-col gap-2 border-b border-line pb-4">
      <Field label={t("viewName")} hint={t("viewNameHint")} error={create.error?.message}>
        {(control) => <Input {...control} name="name" required maxLength={80} autoComplete="off" />}
      </Field>
      <Checkbox name="shared" label={t("share")} />
      <Button type="submit" variant="primary" busy={create.isPending} className="self-start">
        {t("saveView")}
      </Button>
    </form>
  );
}

function ViewLine({
  row,
  current,
  onOpen,
  onForget,
}: {
  row: SavedView;
  current: boolean;
  onOpen: () => void;
  onForget: () => void;
}) {
  const t = useTranslations("console.list");
  const update = useAction(updateSavedView);
  const { name, shared } = row;
  return (
    <div className="flex flex-wrap items-center gap-2 py-2">
      <button
        type="button"
        onClick={onOpen}
        className="min-w-0 flex-1 text-left text-accent underline underline-offset-2"
      >
        {name}
      </button>
      {current && <Badge tone="accent">{t("viewOpen")}</Badge>}
      {!row.own && <Badge>{t("sharedBy", { name: row.owner })}</Badge>}
      {row.own && (
        <>
          <Checkbox
            label={t("shared")}
            checked={shared}
            disabled={update.isPending}
            onChange={(event) =>
              update.mutate({ params: { savedViewId: row.id }, body: { shared: event.target.checked } })
            }
          />
          <IconButton label={t("forget", { name })} onClick={onForget}>
            <Trash2 size={16} aria-hidden />
          </IconButton>
        </>
      )}
    </div>
  );
}
