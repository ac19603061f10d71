"use client";
import { useTranslations } from "next-intl";
import { memo, useMemo } from "react";
import { Markdown } from "../markdown";
import { HarmVeil } from "./harm-veil";

interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

/** Earlier turns folded away; the turn to be answered stays in view while the answers scroll. */
export const Dialogue = memo(function Dialogue({ messages, language }: { messages: Message[]; language: string }) {
  const t = useTranslations("annotate.dialogue");
  const last = messages.at(-1);
  const words = useMemo(() => countWords(last?.content ?? "", language), [last, language]);
  const earlier = messages.slice(0, -1);
  return (
    <>
      {earlier.length > 0 && (
        <details className="border-b border-line bg-surface px-4 py-2">
          <summary className="text-muted">{t("earlier", { count: earlier.length })}</summary>
          <div className="mt-3 flex flex-col gap-4 pb-2">
            {earlier.map((message, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a dialogue never reorders
              <Turn key={index} message={message} language={language} />
            ))}
          </div>
        </details>
      )}
      {last && (
        <section
          aria-label={t("lastTurn")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a long prompt scrolls and must be reachable by keyboard
          tabIndex={0}
          className="max-h-[40dvh] overflow-y-auto lg:sticky lg:top-0 lg:z-10 lg:max-h-[32dvh] border-b border-line bg-sunken px-4 py-3"
        >
          <div className="flex flex-col gap-x-4 gap-y-1 sm:flex-row sm:items-start">
            <span className="w-16 shrink-0 pt-1 text-xs font-medium text-muted">{t(`role.${last.role}`)}</span>
            <HarmVeil className="min-w-0 flex-1">
              <p lang={language} dir="auto" className="prose-answer whitespace-pre-wrap">
                {last.content}
              </p>
            </HarmVeil>
            <span className="shrink-0 pt-1 text-xs sm:ml-auto text-muted tabular-nums">
              {language} · {t("words", { count: words })}
            </span>
          </div>
        </section>
      )}
    </>
  );
});

export function Turn({ message, language }: { message: Message; language: string }) {
  const t = useTranslations("annotate.dialogue");
  return (
    <div className="flex flex-col gap-x-4 sm:flex-row">
      <span className="w-16 shrink-0 pt-1 text-xs font-medium text-muted">{t(`role.${message.role}`)}</span>
      <HarmVeil className="min-w-0 flex-1">
        {message.role === "assistant" ? (
          <Markdown text={message.content} language={language} />
        ) : (
          <p lang={language} dir="auto" className="prose-answer whitespace-pre-wrap">
            {message.content}
          </p>
        )}
      </HarmVeil>
    </div>
  );
}

/** By the language's own rules: Korean and Japanese words are not what stands between spaces alone. */
export function countWords(text: string, language: string): number {
  const known = Intl.Segmenter.supportedLocalesOf([language]).length > 0 ? language : "en";
  let words = 0;
  for (const part of new Intl.Segmenter(known, { granularity: "word" }).segment(text)) if (part.isWordLike) words += 1;
  return words;
}
