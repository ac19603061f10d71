"use client";
/** Text written by models or people, shown safely: no raw HTML, no remote picture, links open elsewhere without a referrer. */
import { memo } from "react";
import { definePart, usePart } from "@/lib/client/part";
import { isPlain, paragraphsOf } from "@/lib/client/plain-text";
import { cn } from "./cn";

export const markdownPart = definePart(() => import("./markdown-view"));

/** Fetches what the texts need, so that they can be drawn whole at once. */
export async function preloadMarkdown(texts: readonly string[]): Promise<void> {
  const marked = texts.filter((text) => !isPlain(text));
  if (marked.length === 0) return;
  const view = await markdownPart.load();
  await view?.preloadMath(marked);
}

interface Props {
  text: string;
  /** BCP 47 tag of the text, where it may differ from the page's. */
  language?: string;
  className?: string;
}

/** Without the parser, or where there is nothing to parse, the paragraphs as they are: the same words in the same place. */
export const Markdown = memo(function Markdown({ text, language, className }: Props) {
  const view = usePart(markdownPart, !isPlain(text));
  return (
    <div lang={language} dir="auto" className={cn("prose-answer", className)}>
      {view ? (
        <view.MarkdownView text={text} />
      ) : (
        // biome-ignore lint/suspicious/noArrayIndexKey: the paragraphs of one text
        paragraphsOf(text).map((paragraph, index) => <p key={index}>{paragraph}</p>)
      )}
    </div>
  );
});
