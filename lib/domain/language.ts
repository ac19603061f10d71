/** A guess at the language of a prompt, for filters and sorting; an annotator can always see the text itself. */

/** BCP 47 tag. Knows the two languages of the product; anything that is not mostly Hangul counts as English. */
export function detectLanguage(text: string): "en" | "ko" {
  const letters = text.match(/\p{Letter}/gu)?.length ?? 0;
  const hangul = text.match(/\p{Script=Hangul}/gu)?.length ?? 0;
  return letters > 0 && hangul / letters > 0.3 ? "ko" : "en";
}
