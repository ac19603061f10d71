"use client";
/** Text written by models or people, shown safely: no raw HTML, no remote picture, links open elsewhere without a referrer. */
import "katex/dist/katex.min.css";
import { memo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeKatex from "rehype-katex";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import { cn } from "./cn";

/** Sanitised before KaTeX runs, so that only the class names of math pass and KaTeX's own output is kept. */
const SCHEMA = {
  ...defaultSchema,
  attributes: {
    ...defaultSchema.attributes,
    code: [["className", /^language-[\w-]+$/, "math-inline", "math-display"]],
  },
} satisfies typeof defaultSchema;

const COMPONENTS: Components = {
  // A picture would tell its host who reads what, and when.
  img: ({ alt, src }) => (
    <span className="rounded-sm bg-sunken px-1 text-muted">
      [{alt || "image"}
      {typeof src === "string" ? `: ${src}` : ""}]
    </span>
  ),
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
};

export const Markdown = memo(function Markdown({ text, className }: { text: string; className?: string }) {
  return (
    <div className={cn("prose-answer", className)}>
      <ReactMarkdown
        // A single dollar is far more often a price than a formula.
        remarkPlugins={[remarkGfm, [remarkMath, { singleDollarTextMath: false }]]}
        rehypePlugins={[
          [rehypeSanitize, SCHEMA],
          [rehypeKatex, { trust: false, throwOnError: false, strict: "ignore" }],
        ]}
        components={COMPONENTS}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
});
