"use client";
import { useMemo } from "react";
import { definePart, usePart } from "@/lib/client/part";
import type { Side } from "@/lib/contracts/annotation-shapes";
import { cn } from "../cn";
import { HUES } from "./hues";

/** Fetched when first asked for. */
export const diffPart = definePart(() => import("diff"));

interface Props {
  text: string;
  against: string;
  side: Side;
  language: string;
}

/** The words of `text`, those marked that `against` lacks. */
export function DiffText({ text, against, side, language }: Props) {
  const diff = usePart(diffPart);
  const parts = useMemo(
    () =>
      diff?.diffWords(against, text, { intlSegmenter: new Intl.Segmenter(language, { granularity: "word" }) }) ?? [
        { value: text, added: false, removed: false },
      ],
    [diff, against, text, language],
  );
  return (
    <p lang={language} dir="auto" className="prose-answer whitespace-pre-wrap">
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
