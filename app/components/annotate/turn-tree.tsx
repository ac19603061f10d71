"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { annotateKeys } from "@/lib/client/annotate/keys";
import { useKeys } from "@/lib/client/annotate/preferences";
import { useHotkeys } from "@/lib/client/annotate/use-hotkeys";
import { callFor } from "@/lib/client/call";
import { definePart, usePart } from "@/lib/client/part";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import { getLiveTree, type LiveTurnView } from "@/lib/contracts/live";
import { Button } from "../button";
import { cn } from "../cn";

const turnDialogPart = definePart(() => import("./turn-dialog"));

interface Props {
  assignmentId: string;
  item: AnnotatedItem;
  onFinish: () => void;
  disabled: boolean;
}

/** Turns from top to bottom; beside each judged one stands the sibling that was not chosen. Both can be read again. */
export function TurnTree({ assignmentId, item, onFinish, disabled }: Props) {
  const t = useTranslations("annotate.live");
  const finishKey = useKeys().finish;
  useHotkeys(disabled ? {} : { finish: onFinish });
  const [open, setOpen] = useState<number | null>(null);
  const { data } = useQuery({
    queryKey: annotateKeys.liveTree(assignmentId),
    queryFn: () => callFor(getLiveTree, { params: { assignmentId } }),
    enabled: item.turn > 1,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const dialog = usePart(turnDialogPart, open !== null);
  const shown = data?.turns.find(({ turn }) => turn === open);
  return (
    <aside className="flex items-center justify-between gap-3 border-b border-line bg-page px-4 py-2 lg:flex-col lg:items-stretch lg:justify-start lg:border-b-0 lg:py-4">
      <ol aria-label={t("tree")} className="-m-1 flex min-w-0 gap-3 overflow-x-auto p-1 lg:flex-col lg:gap-0">
        {Array.from({ length: item.turn }, (_, index) => index + 1).map((number) => (
          <TurnNode
            key={number}
            number={number}
            current={number === item.turn}
            judged={data?.turns.find(({ turn }) => turn === number)}
            onOpen={() => setOpen(number)}
          />
        ))}
      </ol>
      <p className="hidden text-xs text-muted lg:mt-2 lg:block">{t("turnsMax", { count: item.turnsMax })}</p>
      <Button size="sm" shortcut={finishKey} className="lg:mt-4" disabled={disabled} onClick={onFinish}>
        {t("finish")}
      </Button>
      {dialog && shown && <dialog.TurnDialog turn={shown} language={item.language} onClose={() => setOpen(null)} />}
    </aside>
  );
}

interface TurnNodeProps {
  number: number;
  current: boolean;
  judged: LiveTurnView | undefined;
  onOpen: () => void;
}

function TurnNode({ number, current, judged, onOpen }: TurnNodeProps) {
  const t = useTranslations("annotate.live");
  const name = t("turn", { number });
  return (
    <li aria-current={current ? "step" : undefined} className="relative shrink-0 lg:min-h-9">
      {/* The line from this turn's chosen answer to the next turn. */}
      {!current && (
        <span aria-hidden="true" className="absolute top-5 bottom-0 left-[4px] hidden w-px bg-accent lg:block" />
      )}
      <div className="flex items-center gap-2">
        <span aria-hidden="true" className="flex items-center gap-1">
          <span className={cn("size-2.5 rounded-full", current ? "ring-2 ring-accent" : "bg-accent")} />
          {!current && (
            <>
              <span className="h-px w-1.5 bg-line-strong" />
              <span className="size-2.5 rounded-full border border-line-strong" />
            </>
          )}
        </span>
        {judged ? (
          <button
            type="button"
            onClick={onOpen}
            aria-label={t("openTurn", { number })}
            className="min-h-8 rounded-md px-1 text-sm text-muted underline decoration-line-strong underline-offset-4 hover:text-ink"
          >
            {name}
          </button>
        ) : (
          <span className={cn("text-sm", current ? "font-semibold" : "text-muted")}>{name}</span>
        )}
        {!current && <span className="sr-only">{t("judged")}</span>}
      </div>
      {judged && (
        <p dir="auto" className="mb-2 ml-8 line-clamp-2 hidden text-xs text-muted lg:block">
          {judged.prompt}
        </p>
      )}
    </li>
  );
}
