"use client";
import { Download } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { Drawer } from "@/app/components/dialog";
import { Field, Input, Select } from "@/app/components/field";
import { ErrorState, ProgressBar, Skeleton } from "@/app/components/states";
import { pathOf } from "@/lib/client/call";
import { useDownload } from "@/lib/client/console/download";
import { useRead } from "@/lib/client/console/use-endpoint";
import {
  EXPORT_FORMATS,
  type ExportFormat,
  exportSnapshot,
  getSnapshot,
  type Snapshot,
} from "@/lib/contracts/snapshots";
import { DetailsList } from "../../../parts/details-list";
import { When } from "../../../parts/when";
import { Datasheet } from "./datasheet";

export function SnapshotDrawer({ snapshotId, onClose }: { snapshotId: string; onClose: () => void }) {
  const t = useTranslations("console.data");
  const snapshot = useRead(getSnapshot, { params: { id: snapshotId } });
  return (
    <Drawer open onOpenChange={(open) => !open && onClose()} title={snapshot.data?.name ?? t("datasheet")}>
      {snapshot.error && <ErrorState error={snapshot.error} onRetry={() => snapshot.refetch()} />}
      {snapshot.isPending && <Skeleton className="h-64" />}
      {snapshot.data && (
        <div className="flex flex-col gap-6">
          <Facts snapshot={snapshot.data} />
          <Export snapshotId={snapshotId} />
          <Datasheet value={snapshot.data.manifest.datasheet} />
        </div>
      )}
    </Drawer>
  );
}

function Facts({ snapshot }: { snapshot: Snapshot }) {
  const t = useTranslations("console.data");
  const { files, heldoutShare } = snapshot.manifest;
  const file = (split: "train" | "heldout") => ({
    key: split,
    name: t(`splits.${split}`),
    value: t("fileFacts", { rows: files[split].rows, bytes: files[split].bytes }),
  });
  return (
    <DetailsList
      entries={[
        { key: "created", name: t("created"), value: <When at={snapshot.createdAt} /> },
        file("train"),
        file("heldout"),
        { key: "share", name: t("heldoutShare"), value: t("percent", { share: heldoutShare }) },
        {
          key: "hash",
          name: t("manifestHash"),
          value: <code className="text-xs break-all">{snapshot.manifestSha256}</code>,
        },
      ]}
    />
  );
}

function Export({ snapshotId }: { snapshotId: string }) {
  const t = useTranslations("console.data");
  const [format, setFormat] = useState<ExportFormat>("jsonl");
  const download = useDownload();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { split, license } = Object.fromEntries(new FormData(event.currentTarget));
    const query = format === "datasets" ? { license: license || undefined } : { split };
    download.mutate(pathOf(exportSnapshot.path, { id: snapshotId }, { format, ...query }));
  };
  return (
    <section aria-label={t("export")}>
      <h3 className="font-semibold">{t("export")}</h3>
      <p className="mb-2 text-sm text-muted">{t("exportHint")}</p>
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <Field label={t("format")} className="min-w-40 flex-1">
          {(control) => (
            <Select {...control} value={format} onChange={(event) => setFormat(event.target.value as ExportFormat)}>
              {EXPORT_FORMATS.map((name) => (
                <option key={name} value={name}>
                  {t(`formats.${name}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {format === "datasets" ? <LicenseField /> : <SplitField />}
        <Button type="submit" busy={download.isPending} icon={<Download size={16} aria-hidden />}>
          {download.isPending ? t("downloading") : t("download")}
        </Button>
      </form>
      {download.isPending && (
        <div className="mt-3" role="status">
          <p className="text-sm text-muted">{t("received", { bytes: download.receivedBytes })}</p>
          <ProgressBar className="mt-1" fraction={null} label={t("downloading")} />
        </div>
      )}
      {download.error && <ErrorState className="mt-3" error={download.error} />}
    </section>
  );
}

function SplitField() {
  const t = useTranslations("console.data");
  return (
    <Field label={t("split")} className="min-w-32">
      {(control) => (
        <Select {...control} name="split">
          <option value="train">{t("splits.train")}</option>
          <option value="heldout">{t("splits.heldout")}</option>
        </Select>
      )}
    </Field>
  );
}

/** Both parts go into a data set, so there is no choice of one. */
function LicenseField() {
  const t = useTranslations("console.data");
  return (
    <Field label={t("license")} hint={t("licenseHint")} optional={t("optional")} className="min-w-40">
      {(control) => <Input {...control} name="license" maxLength={40} pattern="[a-z0-9][a-z0-9.+\-]*" />}
    </Field>
  );
}
