"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useNovelty } from "@/lib/client/annotate/use-novelty";
import { cn } from "../cn";

/** From here on a prompt counts as a repetition worth a second thought. */
const FAMILIAR = 0.4;

/** Keeps its place when it has nothing to say, so that the page does not move while one types. */
export function NoveltyMeter({ assignmentId, text }: { assignmentId: string; text: string }) {
  const t = useTranslations("annotate.novelty");
  const format = useFormatter();
  const known = useNovelty(assignmentId, text);
  const familiar = known !== undefined && known.novelty < FAMILIAR;
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
  return (
    <div aria-live="polite" className="mt-2 min-h-11 text-sm text-muted">
      {known && (
        <>
          <p className={cn("flex items-center gap-2", familiar && "text-warn")}>
            <span aria-hidden="true" className="h-1.5 w-24 overflow-hidden rounded-full bg-sunken">
              <span
                className={cn("block h-full rounded-full", familiar ? "bg-warn" : "bg-done")}
                style={{ width: `${Math.round(known.novelty * 100)}%` }}
              />
            </span>
            {t(familiar ? "familiar" : "new", { novelty: percent(known.novelty) })}
          </p>
          {known.nearest && (
            <p className="line-clamp-1">
              {t("nearest", { similarity: percent(known.nearest.similarity), excerpt: known.nearest.excerpt })}
            </p>
          )}
        </>
      )}
    </div>
  );
}
