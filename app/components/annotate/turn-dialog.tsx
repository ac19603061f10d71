"use client";
import { useTranslations } from "next-intl";
import type { LiveTurnView } from "@/lib/contracts/live";
import { Dialog } from "../dialog";
import { Markdown } from "../markdown";

/** An earlier turn as it was judged: the answer that went on, and its sibling. */
export function TurnDialog({ turn, language, onClose }: { turn: LiveTurnView; language: string; onClose: () => void }) {
  const t = useTranslations("annotate.live");
  const tv = useTranslations("annotate.verdict");
  const verdict = tv("stepName", { side: turn.preferred.toUpperCase(), strength: tv(`strength.${turn.strength}`) });
  const sibling = turn.preferred === "a" ? "B" : "A";
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("turn", { number: turn.turn })}
      description={verdict}
      className="w-[min(48rem,calc(100vw-2rem))]"
    >
      <p lang={language} dir="auto" className="prose-answer mb-4 rounded-md bg-sunken p-3 whitespace-pre-wrap">
        {turn.prompt}
      </p>
      <h3 className="mb-1 text-sm font-semibold">{t("chosen", { side: turn.preferred.toUpperCase() })}</h3>
      <Markdown text={turn.chosen} language={language} />
      <h3 className="mt-5 mb-1 border-t border-line pt-4 text-sm font-semibold text-muted">
        {t("sibling", { side: sibling })}
      </h3>
      <Markdown text={turn.sibling} language={language} />
    </Dialog>
  );
}
