"use client";
import { Snowflake } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Button } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { Dialog } from "@/app/components/dialog";
import { Field, Input } from "@/app/components/field";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useAction } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { usePages } from "@/lib/client/console/use-pages";
import { createSnapshot, listSnapshots } from "@/lib/contracts/snapshots";
import { ImportCard } from "./import-card";
import { SnapshotCard } from "./snapshot-card";

export function ProjectData({ projectId }: { projectId: string }) {
  const t = useTranslations("console.data");
  const [creating, setCreating] = useState(false);
  const [shown, show] = useFilter("snapshot");
  const snapshots = usePages(
    listSnapshots,
    { query: { projectId, limit: 50 } },
    { rows: (page) => page.rows, next: (page) => (page.next ? { after: page.next } : null) },
  );
  const create = (
    <Button variant="primary" icon={<Snowflake size={16} aria-hidden />} onClick={() => setCreating(true)}>
      {t("freeze")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={create} />
      <div className="flex flex-col gap-5">
        <Section title={t("snapshots")} description={t("snapshotsHint")}>
          {snapshots.error ? (
            <ErrorState error={snapshots.error} onRetry={snapshots.refetch} />
          ) : (
            <Table
              label={t("snapshots")}
              rows={snapshots.rows}
              rowKey={(snapshot) => snapshot.id}
              loading={snapshots.loading}
              onLoadMore={snapshots.onLoadMore}
              loadingMore={snapshots.loadingMore}
              empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
              columns={[
                {
                  key: "name",
                  header: t("name"),
                  className: "min-w-40",
                  cell: (snapshot) => (
                    <button
                      type="button"
                      aria-pressed={shown === snapshot.id}
                      className="text-left text-accent underline"
                      onClick={() => show(shown === snapshot.id ? "" : snapshot.id)}
                    >
                      {snapshot.name}
                    </button>
                  ),
                },
                {
                  key: "train",
                  header: t("train"),
                  numeric: true,
                  cell: (snapshot) => snapshot.manifest.files.train.rows,
                },
                {
                  key: "heldout",
                  header: t("heldout"),
                  numeric: true,
                  cell: (snapshot) => snapshot.manifest.files.heldout.rows,
                },
                {
                  key: "origin",
                  header: t("origin"),
                  cell: (snapshot) => (snapshot.roundId ? t("fromRound") : t("byHand")),
                },
                { key: "created", header: t("created"), cell: (snapshot) => <When at={snapshot.createdAt} /> },
              ]}
            />
          )}
        </Section>
        {shown && <SnapshotCard key={shown} snapshotId={shown} />}
        <ImportCard projectId={projectId} />
      </div>
      <FreezeDialog projectId={projectId} open={creating} onOpenChange={setCreating} onDone={show} />
    </>
  );
}

function FreezeDialog({
  projectId,
  open,
  onOpenChange,
  onDone,
}: {
  projectId: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onDone: (snapshotId: string) => void;
}) {
  const t = useTranslations("console.data");
  const action = useAction(createSnapshot);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    action.mutate(
      { params: { projectId }, body: { name } },
      {
        onSuccess: (snapshot) => {
          onOpenChange(false);
          if (snapshot) onDone(snapshot.id);
        },
      },
    );
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("freeze")} description={t("freezeHint")}>
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
