"use client";
/** Markdown, parsed and sanitised: fetched with the first text that needs it. */
import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ComponentProps, useRef, useState } from "react";
import ReactMarkdown, { type Components, type Options } from "react-markdown";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { definePart, usePart } from "@/lib/client/part";
import { hasMath, withDollars } from "@/lib/client/tex";

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
  pre: ({ node: _node, ...rest }) => <CodeBlock {...rest} />,
};

/** Formulas need a large library of their own; their source stands there until it has come. */
const mathPart = definePart(() => import("./markdown-math"));

/** Fetches the formulas' library where one of the texts needs it. */
export const preloadMath = async (texts: readonly string[]): Promise<void> => {
  if (texts.some(hasMath)) await mathPart.load();
};

const PLAIN: Pick<Options, "remarkPlugins" | "rehypePlugins"> = {
  remarkPlugins: [remarkGfm],
  rehypePlugins: [[rehypeSanitize, SCHEMA]],
};

export function MarkdownView({ text }: { text: string }) {
  const math = usePart(mathPart, hasMath(text));
  const plugins = math
    ? {
        remarkPlugins: [...(PLAIN.remarkPlugins ?? []), ...math.remarkPlugins],
        rehypePlugins: [...(PLAIN.rehypePlugins ?? []), ...math.rehypePlugins],
      }
    : PLAIN;
  return (
    <ReactMarkdown {...plugins} components={COMPONENTS}>
      {math ? withDollars(text) : text}
    </ReactMarkdown>
  );
}

/** Scrolls inside itself, so that a long line never widens the page. */
function CodeBlock(props: ComponentProps<"pre">) {
  const t = useTranslations("common");
  const block = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(block.current?.textContent ?? "");
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      // Without a secure context there is no clipboard: the text is selected instead, ready for Ctrl+C.
      if (block.current) window.getSelection()?.selectAllChildren(block.current);
    }
  };
  return (
    <div className="group relative">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling block must be reachable by keyboard */}
      <pre {...props} ref={block} dir="ltr" tabIndex={0} />
      <button
        type="button"
        onClick={copy}
        aria-label={copied ? t("copied") : t("copyCode")}
        className="absolute top-1.5 right-1.5 flex size-8 items-center justify-center rounded-md border border-line bg-surface text-muted opacity-0 group-hover:opacity-100 hover:bg-sunken focus-visible:opacity-100 pointer-coarse:opacity-100"
      >
        {copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
      </button>
    </div>
  );
}
