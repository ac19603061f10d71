"use client";
import { useTranslations } from "next-intl";
import { Badge } from "@/app/components/badge";

interface Pair {
  prompt: string;
  response1: string;
  response2: string;
  /** The right one; null while nobody has said. */
  preferred: 1 | 2 | null;
  safety?: "preferred_safe" | "both_safe" | "both_unsafe" | "preferred_unsafe" | null;
}

/** About two lines; clamping by style would hide the marker that says there is more. */
const SUMMARY_MAX = 140;

/** The beginning of the prompt; both answers on demand, the right one first. */
export function PairExcerpt({ pair, open }: { pair: Pair; open?: boolean }) {
  const t = useTranslations("console.gold");
  const order = pair.preferred === 2 ? ([2, 1] as const) : ([1, 2] as const);
  return (
    <details open={open} className="max-w-read min-w-64">
      <summary className="break-words">
        {pair.prompt.slice(0, SUMMARY_MAX)}
        {pair.prompt.length > SUMMARY_MAX && "…"}
      </summary>
      <div className="mt-2 flex flex-col gap-2">
        {order.map((position) => (
          <div key={position} className="rounded-md border border-line p-2">
            <p className="mb-1 flex flex-wrap items-center gap-2 text-xs font-medium text-muted">
              {t("answer", { position })}
              {pair.preferred === position && <Badge tone="done">{t("right")}</Badge>}
            </p>
            <p className="break-words whitespace-pre-wrap">{position === 1 ? pair.response1 : pair.response2}</p>
          </div>
        ))}
        {pair.safety && <p className="text-sm text-muted">{t(`safety.${pair.safety}`)}</p>}
      </div>
    </details>
  );
}
