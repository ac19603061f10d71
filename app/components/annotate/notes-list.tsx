"use client";
import { MessageSquare } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useAction } from "@/lib/client/console/use-endpoint";
import { usePages } from "@/lib/client/console/use-pages";
import { listMyNotes, type Note, readMyNote, readMyNotes } from "@/lib/contracts/notes";
import { Badge } from "../badge";
import { Button, LinkButton } from "../button";
import { PageHeader } from "../card";
import { EmptyState, ErrorState, Skeleton } from "../states";
import { HarmExcerpt } from "./harm-excerpt";

/** What leads and reviewers say, pauses, and gold items that were missed a while ago. Newest first. */
export function NotesList({ projectId }: { projectId: string }) {
  const t = useTranslations("annotate.notes");
  const readAll = useAction(readMyNotes);
  const page = usePages(
    listMyNotes,
    { query: { projectId, limit: 20 } },
    { rows: (found) => found.rows, next: (found) => (found.next ? { after: found.next } : null) },
  );
  const unread = page.rows.some((note) => note.readAt === null);
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <>
            {unread && (
              <Button busy={readAll.isPending} onClick={() => readAll.mutate({ body: { projectId } })}>
                {t("readAll")}
              </Button>
            )}
            <LinkButton href={`/annotate/${projectId}`}>{t("work")}</LinkButton>
          </>
        }
      />
      {(page.error ?? readAll.error) && <ErrorState error={page.error ?? readAll.error} onRetry={page.refetch} />}
      {page.loading && <Skeleton className="h-40" />}
      {!page.loading && !page.error && page.rows.length === 0 && (
        <EmptyState icon={<MessageSquare size={28} aria-hidden />} title={t("none")}>
          {t("noneHelp")}
        </EmptyState>
      )}
      <ul className="flex flex-col gap-4">
        {page.rows.map((note) => (
          <li key={note.id}>
            <NoteCard note={note} projectId={projectId} />
          </li>
        ))}
      </ul>
      {page.onLoadMore && (
        <Button className="mt-4" busy={page.loadingMore} onClick={page.onLoadMore}>
          {t("more")}
        </Button>
      )}
    </>
  );
}

function NoteCard({ note, projectId }: { note: Note; projectId: string }) {
  const t = useTranslations("annotate.notes");
  const format = useFormatter();
  const read = useAction(readMyNote);
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const at = format.dateTime(new Date(note.createdAt), { dateStyle: "medium", timeStyle: "short", timeZone });
  return (
    <article className="rounded-lg border border-line bg-surface p-4" aria-label={t(`kinds.${note.kind}`)}>
      <header className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="font-semibold">{t(`kinds.${note.kind}`)}</h2>
        {note.readAt === null && <Badge tone="accent">{t("unread")}</Badge>}
        <p className="text-sm text-muted">
          {note.author ?? t("system")} · <time dateTime={note.createdAt}>{at}</time>
        </p>
      </header>
      {note.kind !== "note" && <p className="mb-2 text-muted">{t(`hints.${note.kind}`)}</p>}
      {note.body && <p className="break-words whitespace-pre-wrap">{note.body}</p>}
      {note.about && <About note={note} about={note.about} />}
      <div className="mt-3 flex flex-wrap items-center gap-2">
        {note.readAt === null && (
          <Button size="sm" busy={read.isPending} onClick={() => read.mutate({ params: { id: note.id } })}>
            {t("markRead")}
          </Button>
        )}
        {note.about && (
          <LinkButton size="sm" variant="ghost" href={`/annotate/${projectId}/history`}>
            {t("history")}
          </LinkButton>
        )}
      </div>
      {read.error && <ErrorState error={read.error} className="mt-2" />}
    </article>
  );
}

function About({ note, about }: { note: Note; about: NonNullable<Note["about"]> }) {
  const t = useTranslations("annotate.notes");
  const gold = note.kind === "gold" && about.sideRight === false;
  const answers = [
    { name: gold ? t("better") : t("other"), text: about.otherExcerpt },
    { name: t("yours"), text: about.chosenExcerpt },
  ];
  return (
    <div className="mt-3 rounded-md bg-sunken p-3">
      {about.sideRight && <p className="mb-1 font-medium">{t("onlySafety")}</p>}
      <HarmExcerpt item={about}>
        <p className="break-words">{about.promptExcerpt}</p>
        <dl className="mt-2 grid gap-3 sm:grid-cols-2">
          {answers.map(({ name, text }) => (
            <div key={name} className="min-w-0">
              <dt className="text-sm font-medium text-muted">{name}</dt>
              <dd className="break-words whitespace-pre-wrap">{text}</dd>
            </div>
          ))}
        </dl>
      </HarmExcerpt>
    </div>
  );
}
