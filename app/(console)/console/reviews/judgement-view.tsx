"use client";
import { useTranslations } from "next-intl";
import type { z } from "zod";
import { DiffText } from "@/app/components/annotate/diff-text";
import { Badge } from "@/app/components/badge";
import { FLAGGED_TAG } from "@/lib/contracts/annotation-shapes";
import type { judgementSchema } from "@/lib/contracts/reviews";
import { knownReasons } from "@/lib/domain/reasons";
import type { Pair } from "./pair-view";

export type Judgement = z.infer<typeof judgementSchema>;

/** What somebody said of a pair, in words. */
export function JudgementView({
  judgement,
  pair,
  durationMs,
}: {
  judgement: Judgement;
  pair: Pair;
  durationMs: number;
}) {
  const t = useTranslations("console.reviews");
  const verdict = useTranslations("annotate.verdict");
  const { preferred, strength, safety, tags, rationale, editedResponse } = judgement;
  const side = preferred.toUpperCase();
  const other = preferred === "a" ? "B" : "A";
  const reasons = knownReasons(tags);
  const rest = tags.filter((tag) => tag !== FLAGGED_TAG && !(reasons as string[]).includes(tag));
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <b className={preferred === "a" ? "text-side-a" : "text-side-b"}>
          {verdict("stepName", { side, strength: verdict(`strength.${strength}`) })}
        </b>
        {safety && (
          <Badge tone={safety === "preferred_unsafe" ? "danger" : "neutral"}>
            {verdict(`safety.${safety}`, { chosen: side, other })}
          </Badge>
        )}
        {tags.includes(FLAGGED_TAG) && <Badge tone="warn">{t("reason.flagged")}</Badge>}
        {reasons.map((reason) => (
          <Badge key={reason}>{verdict(`reason.${reason}`)}</Badge>
        ))}
        {rest.map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
        <span className="text-sm text-muted tabular-nums">
          {t("seconds", { seconds: Math.max(1, Math.round(durationMs / 1000)) })}
        </span>
      </p>
      {rationale && (
        <p lang={pair.language} dir="auto" className="max-w-read whitespace-pre-wrap">
          <span className="text-sm text-muted">{t("rationale")}</span> {rationale}
        </p>
      )}
      {editedResponse && (
        <details>
          <summary className="text-sm text-muted">{t("edited", { side })}</summary>
          <div className="mt-2 border-l-2 border-line-strong pl-3">
            <DiffText
              text={editedResponse}
              against={preferred === "a" ? pair.responseA : pair.responseB}
              side={preferred}
              language={pair.language}
            />
          </div>
        </details>
      )}
    </div>
  );
}
