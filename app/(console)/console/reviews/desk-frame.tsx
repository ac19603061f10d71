"use client";
import { Keyboard } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button, IconButton } from "@/app/components/button";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useCaseKeys } from "@/lib/client/console/use-case-keys";
import type { ProblemError } from "@/lib/client/problem";
import { type DeskName, ShortcutsDialog } from "./shortcuts-dialog";

interface Props {
  name: DeskName;
  loading: boolean;
  error: ProblemError | null;
  retry: () => void;
  /** Where one stands among the cases at hand; null without a case. */
  place: { position: number; held: number } | null;
  next: () => void;
  previous: () => void;
  empty: { title: ReactNode; hint: ReactNode; action?: ReactNode };
  children: ReactNode;
}

/** What all three desks share: walking through cases, the sheet of keys, and what stands there when there is none. */
export function DeskFrame({ name, loading, error, retry, place, next, previous, empty, children }: Props) {
  const t = useTranslations("console.reviews");
  const [help, setHelp] = useState(false);
  useCaseKeys({ j: next, k: previous, "?": () => setHelp(true) });
  return (
    <>
      {error && <ErrorState className="mb-4" error={error} onRetry={retry} />}
      <div className="mb-3 flex min-h-9 flex-wrap items-center gap-2">
        <Button size="sm" variant="ghost" shortcut="k" disabled={!place} onClick={previous}>
          {t("previous")}
        </Button>
        <Button size="sm" variant="ghost" shortcut="j" disabled={!place} onClick={next}>
          {t("next")}
        </Button>
        <span aria-live="polite" className="text-sm text-muted tabular-nums">
          {place && t("place", place)}
        </span>
        <IconButton className="ml-auto" label={t("keys.title")} onClick={() => setHelp(true)}>
          <Keyboard size={18} aria-hidden />
        </IconButton>
      </div>
      {loading ? (
        <Skeleton className="h-96" />
      ) : place ? (
        children
      ) : (
        !error && (
          <EmptyState title={empty.title} action={empty.action}>
            {empty.hint}
          </EmptyState>
        )
      )}
      <ShortcutsDialog desk={name} open={help} onOpenChange={setHelp} />
    </>
  );
}
