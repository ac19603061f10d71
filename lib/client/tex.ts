/** Finds formulas in Markdown, and brings the brackets of LaTeX into the dollars that the parser knows. */

/** Worth fetching the formula library for. A guess on the generous side: without a formula it changes nothing. */
export const hasMath = (text: string): boolean => /\$\$|\\\(|\\\[|^\s*```\s*math\b/m.test(text);

/** Code spans and fenced blocks, where a bracket is a bracket. */
const CODE = /(```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|`[^`\n]*`)/;

/** `\( … \)` and `\[ … \]` as `$$ … $$`, and a line of its own between dollars as a block, outside code. */
export const withDollars = (text: string): string =>
  text
    .split(CODE)
    .map((piece, index) => (index % 2 === 1 ? piece : dollars(piece)))
    .join("");

const dollars = (text: string): string =>
  text
    .replaceAll(/^\$\$([^$\n]+)\$\$[ \t]*$/gm, (_, tex: string) => `\n$$\n${tex.trim()}\n$$\n`)
    .replaceAll(/\\\[([\s\S]+?)\\\]/g, (_, tex: string) => `\n$$\n${tex.trim()}\n$$\n`)
    .replaceAll(/\\\(([^\n]+?)\\\)/g, (_, tex: string) => `$$${tex.trim()}$$`);
