"use client";
import { Coffee, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { usePreferences } from "@/lib/client/annotate/preferences";
import { useBreak } from "@/lib/client/annotate/use-break";
import { IconButton } from "../button";

/** A calm word after long work, over the title of the bar that stands there anyway: nothing moves, nothing stops. */
export function BreakBar() {
  const t = useTranslations("annotate.welfare");
  const { minutes, dismiss } = useBreak(usePreferences().preferences.breakAfterMinutes);
  return (
    <div role="status" className="contents">
      {minutes !== null && (
        <div className="absolute top-1/2 left-0 z-10 flex w-max max-w-[min(36rem,calc(100vw-5rem))] -translate-y-1/2 items-center gap-2 rounded-md border border-line bg-done-soft pl-3 text-done shadow-sm">
          <Coffee size={16} aria-hidden className="shrink-0" />
          <p className="line-clamp-2 min-w-0 text-xs leading-tight sm:text-sm">{t("break", { minutes })}</p>
          <IconButton label={t("breakLater")} onClick={dismiss}>
            <X size={16} aria-hidden />
          </IconButton>
        </div>
      )}
    </div>
  );
}
