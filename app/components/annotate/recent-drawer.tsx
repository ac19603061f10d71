"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Drawer } from "../dialog";
import { EmptyState } from "../states";
import { useCover } from "./harm-excerpt";
import { HUES } from "./hues";
import { type RecentProps, useDecisionName } from "./recent-strip";

interface DrawerProps extends RecentProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** The same with the prompts, for the key and for phones. */
export function RecentDrawer({ open, onOpenChange, decisions, onReopen }: DrawerProps) {
  const t = useTranslations("annotate.recent");
  const name = useDecisionName();
  const cover = useCover();
  const format = useFormatter();
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return (
    <Drawer open={open} onOpenChange={onOpenChange} title={t("title")} description={t("description")}>
      {decisions.length === 0 && <EmptyState title={t("none")}>{t("noneHelp")}</EmptyState>}
      <ol className="flex flex-col divide-y divide-line">
        {decisions.map((decision) => (
          <li key={decision.itemId}>
            <button
              type="button"
              onClick={() => onReopen(decision.id)}
              className="flex w-full flex-col items-start gap-0.5 rounded-md px-2 py-2.5 text-left hover:bg-sunken"
            >
              <span className="line-clamp-2" dir="auto">
                {cover(decision) ?? decision.promptExcerpt}
              </span>
              <span className="text-sm text-muted tabular-nums">
                <b className={HUES[decision.preferred].text}>{name(decision)}</b> ·{" "}
                {format.dateTime(new Date(decision.createdAt), { dateStyle: "short", timeStyle: "short", timeZone })}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </Drawer>
  );
}
