"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useEffect, useId, useState } from "react";
import { annotateKeys } from "@/lib/client/annotate/keys";
import { changesBetween } from "@/lib/client/annotate/text-changes";
import type { GuidelineNews } from "@/lib/client/annotate/use-guideline-news";
import { callFor } from "@/lib/client/call";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import { listGuidelines } from "@/lib/contracts/projects";
import { Button, IconButton } from "../button";
import { Drawer } from "../dialog";
import { Select } from "../field";
import { Markdown } from "../markdown";
import { EmptyState } from "../states";
import { toast } from "../toast";

interface Props {
  projectId: string;
  item: AnnotatedItem | null;
  news: GuidelineNews;
  onClose: () => void;
}

/** Beside the item where there is room, so that the keys go on working; over it on small screens. */
export function Guidelines(props: Props) {
  const t = useTranslations("annotate.guidelines");
  const wide = useWide();
  const heading = useId();
  if (!wide)
    return (
      <Drawer open onOpenChange={(open) => !open && props.onClose()} title={t("title")}>
        <Content {...props} />
      </Drawer>
    );
  return (
    <aside
      id="guidelines"
      aria-labelledby={heading}
      className="flex w-[26rem] shrink-0 flex-col border-l border-line bg-surface"
    >
      <header className="flex items-center justify-between gap-4 border-b border-line px-4 py-2">
        <h2 id={heading} className="text-lg font-semibold">
          {t("title")}
        </h2>
        <IconButton label={t("close")} onClick={props.onClose}>
          <X size={18} aria-hidden />
        </IconButton>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section tabIndex={0} aria-labelledby={heading} className="min-h-0 flex-1 overflow-y-auto p-4">
        <Content {...props} />
      </section>
    </aside>
  );
}

function Content({ projectId, item, news }: Props) {
  const t = useTranslations("annotate.guidelines");
  const { changes, changed, unread, markRead } = news;
  // What is read for the first time has nothing to be compared with: to open it is to read it.
  useEffect(() => {
    if (unread && !changed) markRead().catch(() => undefined);
  }, [unread, changed, markRead]);
  if (!item?.guideline) return <EmptyState title={t("none")}>{t("noneHelp")}</EmptyState>;
  return (
    <>
      {changed && changes?.since && (
        <WhatChanged before={changes.since} after={changes} language={item.language} onRead={markRead} />
      )}
      <Versions key={item.guideline.id} projectId={projectId} guideline={item.guideline} />
    </>
  );
}

interface Version {
  version: number;
  body: string;
}

function WhatChanged({
  before,
  after,
  language,
  onRead,
}: {
  before: Version;
  after: Version;
  language: string;
  onRead: () => Promise<void>;
}) {
  const t = useTranslations("annotate.guidelines");
  const [busy, setBusy] = useState(false);
  const changes = changesBetween(before.body, after.body, language);
  const read = async () => {
    setBusy(true);
    await onRead().catch((error: Error) => toast({ tone: "danger", title: error.message }));
    setBusy(false);
  };
  return (
    <section aria-label={t("changedTitle")} className="mb-6 rounded-lg border border-warn/50 bg-warn-soft/40 p-4">
      <h3 className="font-semibold">{t("changedTitle")}</h3>
      <p className="mb-3 text-sm text-muted">{t("changedSince", { before: before.version, after: after.version })}</p>
      <div className="flex flex-col gap-3">
        {changes.map((change, index) =>
          change.kind === "same" ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: derived from two fixed texts
            <p key={index} className="text-sm text-muted">
              {t("unchanged", { count: change.paragraphs.length })}
            </p>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: derived from two fixed texts
            <p key={index} dir="auto" className="prose-answer whitespace-pre-wrap">
              {change.parts.map((part, at) =>
                part.kind === "same" ? (
                  part.text
                ) : part.kind === "added" ? (
                  // biome-ignore lint/suspicious/noArrayIndexKey: derived from two fixed texts
                  <ins key={at} className="rounded-sm bg-done-soft text-done decoration-2 underline-offset-4">
                    {part.text}
                  </ins>
                ) : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: derived from two fixed texts
                  <del key={at} className="rounded-sm bg-danger-soft text-danger">
                    {part.text}
                  </del>
                ),
              )}
            </p>
          ),
        )}
      </div>
      <Button variant="primary" className="mt-4" busy={busy} onClick={read}>
        {t("acknowledge")}
      </Button>
    </section>
  );
}

/** The version in force for this item; earlier ones can be looked up. */
function Versions({ projectId, guideline }: { projectId: string; guideline: NonNullable<AnnotatedItem["guideline"]> }) {
  const t = useTranslations("annotate.guidelines");
  const format = useFormatter();
  const [shownId, setShownId] = useState(guideline.id);
  const { data } = useQuery({
    queryKey: annotateKeys.guidelines(projectId),
    queryFn: () => callFor(listGuidelines, { params: { projectId } }),
    staleTime: 60_000,
  });
  const own = data?.rows.find(({ id }) => id === guideline.id);
  const versions = data?.rows.filter((row) => own && row.task === own.task && row.locale === own.locale) ?? [];
  const shown = versions.find(({ id }) => id === shownId) ?? guideline;
  return (
    <>
      <div className="mb-3 flex min-h-9 items-center gap-2 text-sm text-muted">
        {versions.length > 1 ? (
          <Select
            aria-label={t("choose")}
            value={shownId}
            onChange={(event) => setShownId(event.target.value)}
            className="w-auto"
          >
            {versions.map((row) => (
              <option key={row.id} value={row.id}>
                {t("versionOf", {
                  version: row.version,
                  date: format.dateTime(new Date(row.createdAt), { dateStyle: "medium" }),
                })}
              </option>
            ))}
          </Select>
        ) : (
          t("version", { version: shown.version })
        )}
        {shownId !== guideline.id && <span className="text-warn">{t("notInForce")}</span>}
      </div>
      <Markdown text={shown.body} />
    </>
  );
}

const WIDE = "(min-width: 1024px)";

function useWide(): boolean {
  const [wide, setWide] = useState(() => window.matchMedia(WIDE).matches);
  useEffect(() => {
    const media = window.matchMedia(WIDE);
    const onChange = () => setWide(media.matches);
    media.addEventListener("change", onChange);
    return () => media.removeEventListener("change", onChange);
  }, []);
  return wide;
}
