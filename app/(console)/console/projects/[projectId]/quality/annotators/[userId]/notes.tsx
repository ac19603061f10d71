"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { usePages } from "@/lib/client/console/use-pages";
import { listAnnotatorNotes } from "@/lib/contracts/notes";
import { SendNote } from "../../send-note";

/** What this annotator has been told, and whether they have read it. */
export function NotesSection({ projectId, userId }: { projectId: string; userId: string }) {
  const t = useTranslations("console.annotator.notes");
  const [writing, setWriting] = useState(false);
  const page = usePages(
    listAnnotatorNotes,
    { params: { projectId, userId }, query: { limit: 20 } },
    { rows: (found) => found.rows, next: (found) => (found.next ? { after: found.next } : null) },
  );
  return (
    <Section
      title={t("title")}
      actions={
        <Button size="sm" onClick={() => setWriting(true)}>
          {t("write")}
        </Button>
      }
    >
      {page.error && <ErrorState error={page.error} onRetry={page.refetch} className="mb-4" />}
      <Table
        label={t("title")}
        rows={page.rows}
        rowKey={(row) => row.id}
        loading={page.loading}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        onLoadMore={page.onLoadMore}
        loadingMore={page.loadingMore}
        columns={[
          { key: "when", header: t("shownFrom"), cell: (row) => <When at={row.visibleFrom} /> },
          { key: "kind", header: t("kind"), cell: (row) => <Badge>{t(`kinds.${row.kind}`)}</Badge> },
          {
            key: "text",
            header: t("text"),
            className: "min-w-56 max-w-read break-words whitespace-pre-wrap",
            cell: (row) => (
              <>
                {row.body || <span className="text-muted">{t("noText")}</span>}
                {row.about && <span className="block text-sm text-muted">{row.about.promptExcerpt}</span>}
              </>
            ),
          },
          { key: "author", header: t("author"), cell: (row) => row.author ?? t("system") },
          { key: "read", header: t("read"), cell: (row) => <When at={row.readAt} /> },
        ]}
      />
      {writing && <SendNote projectId={projectId} to={{ userId }} onClose={() => setWriting(false)} />}
    </Section>
  );
}
