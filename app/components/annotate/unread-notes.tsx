"use client";
import { MessageSquare } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRead } from "@/lib/client/console/use-endpoint";
import { countMyNotes } from "@/lib/contracts/notes";
import { LinkButton } from "../button";

const EVERY_MS = 60_000;

/** The way to the notes, with how many are not read. `quiet` shows nothing while all are read. */
export function UnreadNotes({ projectId, quiet }: { projectId: string; quiet?: boolean }) {
  const t = useTranslations("annotate.notes");
  const count = useRead(countMyNotes, { query: { projectId } }, { pollWhile: () => EVERY_MS });
  const unread = count.data?.unread ?? 0;
  if (quiet && unread === 0) return null;
  return (
    <LinkButton
      href={`/annotate/${projectId}/notes`}
      variant="ghost"
      size="sm"
      icon={<MessageSquare size={16} aria-hidden />}
      aria-label={t("link", { count: unread })}
    >
      {unread > 0 && <span className="tabular-nums">{unread}</span>}
    </LinkButton>
  );
}
