/** What changed between two versions of a long text: paragraphs kept, added, removed or reworded. */
import { diffArrays, diffWords } from "diff";

export interface ChangedPart {
  text: string;
  kind: "same" | "added" | "removed";
}
export type Change =
  /** Kept paragraphs, to be folded away. */
  | { kind: "same"; paragraphs: string[] }
  /** One paragraph, with what was put in and taken out. */
  | { kind: "changed"; parts: ChangedPart[] };

const paragraphsOf = (text: string): string[] =>
  text
    .replaceAll("\r\n", "\n")
    .split(/\n(?=\s*(?:[-*+] |\d+\. |#))|\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "");

const whole =
  (kind: "added" | "removed") =>
  (text: string): Change => ({ kind: "changed", parts: [{ text, kind }] });

/** In the order of the new version. A paragraph that was reworded shows its words; one without a partner stands as a whole. */
export function changesBetween(before: string, after: string, language: string): Change[] {
  const intlSegmenter = new Intl.Segmenter(language, { granularity: "word" });
  const blocks = diffArrays(paragraphsOf(before), paragraphsOf(after));
  const changes: Change[] = [];
  for (let index = 0; index < blocks.length; index += 1) {
    const block = blocks[index]!;
    if (!block.added && !block.removed) {
      changes.push({ kind: "same", paragraphs: block.value });
      continue;
    }
    const partner = blocks[index + 1];
    const pair = block.removed && partner?.added ? partner.value : [];
    if (pair.length > 0) index += 1;
    block.value.forEach((old, at) => {
      const next = pair[at];
      if (block.added) changes.push(whole("added")(old));
      else if (next === undefined) changes.push(whole("removed")(old));
      else changes.push({ kind: "changed", parts: diffWords(old, next, { intlSegmenter }).map(toPart) });
    });
    changes.push(...pair.slice(block.value.length).map(whole("added")));
  }
  return changes;
}

const toPart = ({ value, added, removed }: { value: string; added?: boolean; removed?: boolean }): ChangedPart => ({
  text: value,
  kind: added ? "added" : removed ? "removed" : "same",
});
