"use client";
import { ArrowLeft, BookOpen, CircleHelp, CloudOff, History } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useState } from "react";
import { useKeys } from "@/lib/client/annotate/preferences";
import type { RecentDecision } from "@/lib/client/annotate/use-recent";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import { Badge } from "../badge";
import { Button, LinkButton } from "../button";
import { ThemeToggle } from "../theme-toggle";
import { BreakBar } from "./break-bar";
import { RecentStrip } from "./recent-strip";
import { UnreadNotes } from "./unread-notes";

interface Props {
  projectId: string;
  item: AnnotatedItem | null;
  /** Judgements of this person today, those just handed over included. */
  today: number;
  /** End of the lease; null while an older judgement is being changed. */
  expiresAt: string | null;
  /** Judgements that the server has not answered yet. */
  waiting: number;
  /** Newest first. */
  decisions: RecentDecision[];
  onReopen: (comparisonId: string) => void;
  guidelinesOpen: boolean;
  /** The person has not read this version. */
  guidelinesNew: boolean;
  onGuidelines: () => void;
  onHistory: () => void;
  onHelp: () => void;
}

/** The slim bar over the work: where one is, how far, how long, and the two helps. */
export function WorkBar(props: Props) {
  const { item, today, expiresAt, waiting } = props;
  const t = useTranslations("annotate.bar");
  const isWaiting = useLasting(waiting > 0);
  return (
    <header className="flex min-h-12 items-center gap-x-3 border-b border-line bg-surface px-2 sm:px-4">
      <LinkButton href="/annotate" variant="ghost" size="icon" aria-label={t("back")} title={t("back")}>
        <ArrowLeft size={18} aria-hidden />
      </LinkButton>
      <div className="relative min-w-0 flex-1">
        <BreakBar />
        <h1 className="truncate font-semibold">{item?.campaign.name ?? t("title")}</h1>
        {item && (
          <p className="truncate text-xs text-muted tabular-nums sm:hidden">
            <Progress today={today} remaining={item.progress.remaining} />
          </p>
        )}
      </div>
      <RecentStrip decisions={props.decisions} onReopen={props.onReopen} />
      {isWaiting && (
        <Badge tone="warn" icon={<CloudOff size={13} aria-hidden />}>
          {t("waiting", { count: waiting })}
        </Badge>
      )}
      {item && (
        <p className="hidden text-sm text-muted tabular-nums sm:block">
          <Progress today={today} remaining={item.progress.remaining} />
        </p>
      )}
      {expiresAt && <LeaseClock expiresAt={expiresAt} />}
      <UnreadNotes projectId={props.projectId} quiet />
      <Helps {...props} />
      <ThemeToggle />
    </header>
  );
}

/** Longer than an answer takes where all is well. */
const LASTING_MS = 1500;

/** True once it has been on for a while: what comes and goes with every judgement would only flicker. */
function useLasting(on: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLasting(on), on ? LASTING_MS : 0);
    return () => clearTimeout(timer);
  }, [on]);
  return on && lasting;
}

function Helps({ guidelinesOpen, guidelinesNew, onGuidelines, onHistory, onHelp }: Props) {
  const t = useTranslations("annotate.bar");
  const keys = useKeys();
  return (
    <>
      <Button
        variant="ghost"
        size="sm"
        shortcut={keys.history}
        onClick={onHistory}
        icon={<History size={16} aria-hidden />}
        aria-label={t("history")}
        title={t("history")}
      />
      <Button
        variant="ghost"
        size="sm"
        shortcut={keys.guidelines}
        onClick={onGuidelines}
        aria-expanded={guidelinesOpen}
        icon={
          <span className="relative">
            <BookOpen size={16} aria-hidden />
            {guidelinesNew && <span className="absolute -top-1 -right-1 size-2 rounded-full bg-warn" />}
          </span>
        }
      >
        <span className="sr-only">{guidelinesNew ? t("guidelinesNew") : t("guidelines")}</span>
        <span aria-hidden className="hidden md:inline">
          {t("guidelines")}
        </span>
      </Button>
      <Button
        variant="ghost"
        size="sm"
        shortcut={keys.help}
        onClick={onHelp}
        icon={<CircleHelp size={16} aria-hidden />}
        aria-label={t("help")}
        className="max-sm:hidden"
      />
    </>
  );
}

function Progress({ today, remaining }: { today: number; remaining: number }): ReactNode {
  const t = useTranslations("annotate.bar");
  return t("progress", { today, remaining });
}

const TICK_MS = 15_000;

function LeaseClock({ expiresAt }: { expiresAt: string }) {
  const t = useTranslations("annotate.bar");
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const minutes = Math.floor((Date.parse(expiresAt) - now) / 60_000);
  if (minutes < 0) return <Badge tone="warn">{t("leaseOver")}</Badge>;
  if (minutes < 3) return <Badge tone="warn">{t("leaseLeft", { minutes })}</Badge>;
  return <span className="hidden text-sm text-muted tabular-nums md:block">{t("leaseLeft", { minutes })}</span>;
}
