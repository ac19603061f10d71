"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Side } from "@/lib/contracts/annotation-shapes";
import { cn } from "../cn";
import { Markdown } from "../markdown";
import { DiffText } from "./diff-text";
import { HarmVeil } from "./harm-veil";
import { HUES } from "./hues";

const SIDES = ["a", "b"] as const;

interface PanesProps {
  preferred: Side | null;
  /** Each answer scrolls on its own instead of both with the page. On wide screens only. */
  apart: boolean;
  children: Record<Side, ReactNode>;
}

/** Two equal panes; on a phone two cards to swipe between, with a switch that stays in view. */
export function Panes({ preferred, apart, children }: PanesProps) {
  const t = useTranslations("annotate.panes");
  const track = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLFieldSetElement>(null);
  const [shown, setShown] = useState<Side>("a");
  const go = (side: Side) => {
    const element = track.current;
    element?.scrollTo({ left: side === "a" ? 0 : element.scrollWidth, behavior: "smooth" });
  };
  return (
    <>
      <fieldset
        ref={head}
        className="sticky top-0 z-10 grid grid-cols-2 gap-1 border-b border-line bg-page p-2 lg:hidden"
      >
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
          const { scrollLeft, clientWidth, children: cards } = event.currentTarget;
          const side = scrollLeft > clientWidth / 2 ? "b" : "a";
          if (side === shown) return;
          setShown(side);
          bringBack(cards[SIDES.indexOf(side)], head.current);
        }}
        className="flex flex-1 shrink-0 basis-auto snap-x snap-mandatory overflow-x-auto lg:grid lg:grid-cols-2 lg:divide-x lg:divide-line lg:overflow-visible"
      >
        {SIDES.map((side) => (
          <section
            key={side}
            aria-label={t("answer", { side: side.toUpperCase() })}
            tabIndex={apart ? 0 : undefined}
            className={cn(
              "w-full shrink-0 snap-start border-t-3 border-t-transparent bg-surface px-4 pt-2 pb-6 lg:px-6",
              apart && "lg:max-h-[55dvh] lg:overflow-y-auto",
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

/** Far down in a long answer the shorter one has ended: its end comes back into view, under the switch. */
function bringBack(card: Element | undefined, head: Element | null): void {
  const end = card?.lastElementChild?.getBoundingClientRect().bottom;
  const top = head?.getBoundingClientRect().bottom;
  if (!card || end === undefined || top === undefined || end > top) return;
  card.closest("main")?.scrollBy(0, card.getBoundingClientRect().top - top);
}

const APART_KEY = "pairwright:panes-apart";

/** Whether the answers scroll apart; this browser remembers it. */
export function useApart(): [boolean, () => void] {
  const [apart, setApart] = useState(() => {
    try {
      return localStorage.getItem(APART_KEY) === "1";
    } catch {
      return false;
    }
  });
  const toggle = () => {
    setApart(!apart);
    try {
      localStorage.setItem(APART_KEY, apart ? "0" : "1");
    } catch {
      // Private browsing may refuse storage; then it holds for this item.
    }
  };
  return [apart, toggle];
}

/** Beyond this an answer opens folded: about one and a half screens. */
const CHARACTERS_MAX = 4000;
const LINES_MAX = 60;
const isLong = (text: string): boolean => text.length > CHARACTERS_MAX || text.split("\n").length > LINES_MAX;

interface AnswerProps {
  text: string;
  /** The other answer: words that it lacks are marked. */
  against?: string;
  side: Side;
  language: string;
}

/** One answer, in its own language and direction; a long one folded until asked for. */
export function Answer({ text, against, side, language }: AnswerProps) {
  const t = useTranslations("annotate.panes");
  const [whole, setWhole] = useState(false);
  const folded = !whole && isLong(text);
  return (
    <HarmVeil>
      <div className={cn(folded && "folded max-h-[36rem] overflow-hidden")}>
        {against === undefined ? (
          <Markdown text={text} language={language} />
        ) : (
          <DiffText text={text} against={against} side={side} language={language} />
        )}
      </div>
      {folded && (
        <button
          type="button"
          onClick={() => setWhole(true)}
          className="mt-2 min-h-9 rounded-md border border-line-strong/60 bg-surface px-3 text-sm font-medium hover:bg-sunken"
        >
          {t("showAll", { side: side.toUpperCase(), characters: text.length })}
        </button>
      )}
    </HarmVeil>
  );
}

/** A new item starts at its top, with the focus on it, so that screen readers start there and keys work at once. */
export function useFocusOnMount<T extends HTMLElement>() {
  const ref = useRef<T>(null);
  useEffect(() => {
    ref.current?.closest("main")?.scrollTo(0, 0);
    ref.current?.focus({ preventScroll: true });
  }, []);
  return ref;
}
