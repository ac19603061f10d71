"use client";
import { Download } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { DetailsList } from "@/app/(console)/console/parts/details-list";
import { buttonClass } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { Field, Select } from "@/app/components/field";
import { ErrorState, Skeleton } from "@/app/components/states";
import { pathOf } from "@/lib/client/call";
import { useRead } from "@/lib/client/console/use-endpoint";
import { EXPORT_FORMATS, exportSnapshot, getSnapshot, type Snapshot } from "@/lib/contracts/snapshots";

/** Hash, datasheet and downloads of one snapshot. */
export function SnapshotCard({ snapshotId }: { snapshotId: string }) {
  const t = useTranslations("console.data");
  const snapshot = useRead(getSnapshot, { params: { id: snapshotId } });
  if (snapshot.error) return <ErrorState error={snapshot.error} onRetry={() => snapshot.refetch()} />;
  if (!snapshot.data) return <Skeleton className="h-64" />;
  const { manifest, manifestSha256, name } = snapshot.data;
  return (
    <Section title={name} description={t("frozenHint")}>
      <Exports snapshot={snapshot.data} />
      <div className="mt-4">
        <DetailsList
          entries={[
            { key: "share", name: t("heldoutShare"), value: manifest.heldoutShare },
            {
              key: "hash",
              name: t("manifestHash"),
              value: <code className="text-sm break-all">{manifestSha256}</code>,
            },
          ]}
        />
      </div>
      <Datasheet datasheet={manifest.datasheet} />
    </Section>
  );
}

function Exports({ snapshot }: { snapshot: Snapshot }) {
  const t = useTranslations("console.data");
  const [split, setSplit] = useState<"train" | "heldout">("train");
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Field label={t("split")}>
        {(control) => (
          <Select {...control} value={split} onChange={(event) => setSplit(event.target.value as "train" | "heldout")}>
            <option value="train">{t("train")}</option>
            <option value="heldout">{t("heldout")}</option>
          </Select>
        )}
      </Field>
      {EXPORT_FORMATS.map((format) => (
        <a
          key={format}
          className={buttonClass("secondary", "md")}
          href={pathOf(exportSnapshot.path, { id: snapshot.id }, { format, split })}
          download
        >
          <Download size={14} aria-hidden /> {t(`exports.${format}`)}
        </a>
      ))}
    </div>
  );
}

type Counts = [name: string, counts: [key: string, count: number][]];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every table of counts in the datasheet, however deep; its path is its name. */
function countsOf(datasheet: Record<string, unknown>, path: string[] = []): Counts[] {
  return Object.entries(datasheet).flatMap(([key, value]): Counts[] => {
    if (!isObject(value)) return [];
    const numbers = Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === "number");
    const here: Counts[] = numbers.length > 0 ? [[[...path, key].join("."), numbers]] : [];
    return [...here, ...countsOf(value, [...path, key])];
  });
}

function Datasheet({ datasheet }: { datasheet: Record<string, unknown> }) {
  const t = useTranslations("console.data");
  const format = useFormatter();
  const title = (name: string) =>
    t.has(`sheet.${name}` as "sheet.excluded") ? t(`sheet.${name}` as "sheet.excluded") : name;
  return (
    <div className="mt-5 grid gap-x-8 gap-y-5 sm:grid-cols-2 lg:grid-cols-3">
      {countsOf(datasheet).map(([name, counts]) => (
        <div key={name} className="min-w-0">
          <h3 className="mb-1 text-sm font-medium text-muted">{title(name)}</h3>
          <dl>
            {counts.map(([key, count]) => (
              <div key={key} className="flex justify-between gap-4 border-b border-line py-1">
                <dt className="min-w-0 break-words">{key}</dt>
                <dd className="tabular-nums">{format.number(count)}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </div>
  );
}
