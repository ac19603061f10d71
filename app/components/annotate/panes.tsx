"use client";
import { diffWords } from "diff";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { Side } from "@/lib/contracts/annotation-shapes";
import { cn } from "../cn";
import { Markdown } from "../markdown";

const SIDES = ["a", "b"] as const;
const HUES: Record<Side, { text: string; border: string; top: string; soft: string }> = {
  a: { text: "text-side-a", border: "border-side-a", top: "border-t-side-a", soft: "bg-side-a-soft" },
  b: { text: "text-side-b", border: "border-side-b", top: "border-t-side-b", soft: "bg-side-b-soft" },
};

/** Two equal panes; on a phone two cards to swipe between, with a switch that stays in view. */
export function Panes({ preferred, children }: { preferred: Side | null; children: Record<Side, ReactNode> }) {
  const t = useTranslations("annotate.panes");
  const track = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<Side>("a");
  const go = (side: Side) => {
    const element = track.current;
    element?.scrollTo({ left: side === "a" ? 0 : element.scrollWidth, behavior: "smooth" });
  };
  return (
    <>
      <fieldset className="sticky top-0 z-10 grid grid-cols-2 gap-1 border-b border-line bg-page p-2 lg:hidden">
        <legend className="sr-only">{t("switch")}</legend>
        {SIDES.map((side) => (
          <button
            key={side}
            type="button"
            aria-pressed={shown === side}
            onClick={() => go(side)}
            className={cn(
              "min-h-10 rounded-md border border-line font-semibold",
              shown === side ? [HUES[side].soft, HUES[side].text, HUES[side].border] : "bg-surface text-muted",
            )}
          >
            {t(side)}
          </button>
        ))}
      </fieldset>
      <div
        ref={track}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: on a phone it scrolls sideways and must do so by keyboard too
        tabIndex={0}
        onScroll={(event) => {
          const { scrollLeft, clientWidth } = event.currentTarget;
          setShown(scrollLeft > clientWidth / 2 ? "b" : "a");
        }}
        className="flex flex-1 snap-x snap-mandatory overflow-x-auto lg:grid lg:grid-cols-2 lg:divide-x lg:divide-line lg:overflow-visible"
      >
        {SIDES.map((side) => (
          <section
            key={side}
            aria-label={t("answer", { side: side.toUpperCase() })}
            className={cn(
              "w-full shrink-0 snap-start border-t-3 border-t-transparent bg-surface px-4 pt-2 pb-6 lg:px-6",
              preferred === side && HUES[side].top,
            )}
          >
            <h2 className={cn("mb-2 hidden text-lg font-semibold lg:block", HUES[side].text)}>{t(side)}</h2>
            {children[side]}
          </section>
        ))}
      </div>
    </>
  );
}

/** An answer, or with `against` the same words with those marked that the other answer lacks. */
export function Answer({
  text,
  against,
  side,
  language,
}: {
  text: string;
  against?: string;
  side: Side;
  language: string;
}) {
  if (against === undefined) return <Markdown text={text} />;
  return <DiffText text={text} against={against} side={side} language={language} />;
}

/** The words of `text`, those marked that `against` lacks. */
export function DiffText({
  text,
  against,
  side,
  language,
}: {
  text: string;
  against: string;
  side: Side;
  language: string;
}) {
  const parts = useMemo(
    () => diffWords(against, text, { intlSegmenter: new Intl.Segmenter(language, { granularity: "word" }) }),
    [against, text, language],
  );
  return (
    <p className="prose-answer whitespace-pre-wrap">
      {parts
        .filter((part) => !part.removed)
        .map((part, index) =>
          part.added ? (
            <mark
              // biome-ignore lint/suspicious/noArrayIndexKey: the parts are derived anew each time
              key={index}
              className={cn("rounded-sm underline decoration-2 underline-offset-4", HUES[side].soft, HUES[side].text)}
            >
              {part.value}
            </mark>
          ) : (
            part.value
          ),
        )}
    </p>
  );
}

/** Gives focus to the new item's first heading, so that screen readers start at its top and keys work at once. */
export function useFocusOnMount<T extends HTMLElement>() {
  const ref = useRef<T>(null);
  useEffect(() => ref.current?.focus({ preventScroll: true }), []);
  return ref;
}
