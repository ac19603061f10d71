/** The formulas of Markdown: fetched when a text holds one. */
import "katex/dist/katex.min.css";
import type { Options } from "react-markdown";
import rehypeKatex from "rehype-katex";
import remarkMath from "remark-math";

type Plugins = NonNullable<Options["remarkPlugins"]>;

// A single dollar is far more often a price than a formula.
export const remarkPlugins: Plugins = [[remarkMath, { singleDollarTextMath: false }]];
export const rehypePlugins: Plugins = [[rehypeKatex, { trust: false, throwOnError: false, strict: "ignore" }]];
