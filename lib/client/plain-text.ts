/** Texts that Markdown would leave as they are: no need to fetch and run its parser for them. */

/** What could mean something to Markdown, anywhere or at the start of a line. On the careful side. */
const MARKS =
  /[*_`#<>&|~[\]\\]|https?:|www\.|\$\$|\S@\S|^\s*(?:[-+]|\d+[.)])(?:\s|$)|^\s*[-=]{2,}\s*$|^(?: {4}|\t)| {2}$/m;

export const isPlain = (text: string): boolean => !MARKS.test(text);

/** Parted by empty lines, as Markdown does. */
export const paragraphsOf = (text: string): string[] =>
  text
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "");
