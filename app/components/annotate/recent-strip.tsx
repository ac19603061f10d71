"use client";
import { useTranslations } from "next-intl";
import { digitOf, RECENT_MAX, type RecentDecision } from "@/lib/client/annotate/use-recent";
import { cn } from "../cn";
import { useCover } from "./harm-excerpt";
import { HUES } from "./hues";

const EMPTY_CELLS = Array.from({ length: RECENT_MAX }, (_, index) => `empty-${index}`);

export interface RecentProps {
  decisions: RecentDecision[];
  onReopen: (comparisonId: string) => void;
}

/** The last ten decisions, oldest first: the step that was pressed, in the hue of its side. Its place is kept from the start. */
export function RecentStrip({ decisions, onReopen }: RecentProps) {
  const t = useTranslations("annotate.recent");
  const name = useDecisionName();
  const cover = useCover();
  const prompt = (decision: RecentDecision) => cover(decision) ?? decision.promptExcerpt;
  return (
    <ol aria-label={t("title")} className="hidden items-center gap-0.5 xl:flex">
      {EMPTY_CELLS.slice(decisions.length).map((key) => (
        <li key={key} aria-hidden="true" className="size-6 rounded-sm border border-dashed border-line" />
      ))}
      {decisions.toReversed().map((decision) => (
        <li key={decision.itemId}>
          <button
            type="button"
            title={`${name(decision)}: ${prompt(decision)}`}
            onClick={() => onReopen(decision.id)}
            className={cn(
              "relative flex size-6 items-center justify-center rounded-sm border text-xs font-semibold tabular-nums",
              HUES[decision.preferred].soft,
              HUES[decision.preferred].text,
              HUES[decision.preferred].border,
            )}
          >
            {digitOf(decision)}
            <span className="sr-only">. {t("reopen", { verdict: name(decision), prompt: prompt(decision) })}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** A decision in words. */
export function useDecisionName() {
  const t = useTranslations("annotate.verdict");
  return ({ preferred, strength }: RecentDecision): string =>
    t("stepName", { side: preferred.toUpperCase(), strength: t(`strength.${strength}`) });
}
