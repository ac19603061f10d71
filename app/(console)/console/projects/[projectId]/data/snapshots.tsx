"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { Dialog } from "@/app/components/dialog";
import { Field, Input } from "@/app/components/field";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useAction } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { usePages } from "@/lib/client/console/use-pages";
import { createSnapshot, listSnapshots } from "@/lib/contracts/snapshots";
import { When } from "../../../parts/when";
import { SnapshotDrawer } from "./snapshot-drawer";

export function Snapshots({ projectId }: { projectId: string }) {
  const t = useTranslations("console.data");
  const [shown, show] = useFilter("snapshot");
  const [creating, setCreating] = useState(false);
  const snapshots = usePages(
    listSnapshots,
    { query: { projectId } },
    { rows: (page) => page.rows, next: (page) => (page.next ? { after: page.next } : null) },
  );
  return (
    <Section
      title={t("snapshots")}
      description={t("snapshotsHint")}
      actions={<Button onClick={() => setCreating(true)}>{t("freeze")}</Button>}
    >
      {snapshots.error && <ErrorState className="mb-4" error={snapshots.error} onRetry={snapshots.refetch} />}
      <Table
        label={t("snapshots")}
        rows={snapshots.rows}
        rowKey={(snapshot) => snapshot.id}
        loading={snapshots.loading}
        onLoadMore={snapshots.onLoadMore}
        loadingMore={snapshots.loadingMore}
        empty={<EmptyState title={t("noSnapshot")}>{t("noSnapshotHint")}</EmptyState>}
        columns={[
          { key: "name", header: t("name"), className: "min-w-40", cell: (snapshot) => snapshot.name },
          { key: "created", header: t("created"), cell: (snapshot) => <When at={snapshot.createdAt} /> },
          {
            key: "origin",
            header: t("origin"),
            cell: (snapshot) => (snapshot.roundId ? t("fromRound") : t("byHand")),
          },
          {
            key: "train",
            header: t("splits.train"),
            numeric: true,
            cell: (snapshot) => snapshot.manifest.files.train.rows,
          },
          {
            key: "heldout",
            header: t("splits.heldout"),
            numeric: true,
            cell: (snapshot) => snapshot.manifest.files.heldout.rows,
          },
          {
            key: "open",
            header: <span className="sr-only">{t("datasheet")}</span>,
            cell: (snapshot) => (
              <Button
                size="sm"
                variant="ghost"
                aria-label={t("openDatasheet", { name: snapshot.name })}
                onClick={() => show(snapshot.id)}
              >
                {t("datasheet")}
              </Button>
            ),
          },
        ]}
      />
      {shown && <SnapshotDrawer snapshotId={shown} onClose={() => show("")} />}
      {creating && <Freeze projectId={projectId} onClose={() => setCreating(false)} onMade={show} />}
    </Section>
  );
}

interface FreezeProps {
  projectId: string;
  onClose: () => void;
  onMade: (snapshotId: string) => void;
}

function Freeze({ projectId, onClose, onMade }: FreezeProps) {
  const t = useTranslations("console.data");
  const action = useAction(createSnapshot);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    action.mutate(
      { params: { projectId }, body: { name } },
      {
        onSuccess: (snapshot) => {
          onClose();
          if (snapshot) onMade(snapshot.id);
        },
      },
    );
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("freeze")} description={t("freezeHint")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("name")}>{(control) => <Input {...control} name="name" required maxLength={200} />}</Field>
        {action.error && <ErrorState error={action.error} />}
        <Button type="submit" variant="primary" busy={action.isPending}>
          {action.isPending ? t("freezing") : t("freeze")}
        </Button>
      </form>
    </Dialog>
  );
}
