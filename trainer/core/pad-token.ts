/**
 * The choice of a padding token for reward models. Readers of `*ForSequenceClassification` take the score at the right-most
 * token that is not padding, so a pad that can end a turn (often pad = eos) makes them read it one token early.
 */
export interface PadCandidates {
  /** Special tokens by id. */
  specialTokens: ReadonlyMap<number, string>;
  /** The chat template's text: a token written in it may end a turn. */
  chatTemplate: string;
  declaredPadId: number | null;
  bosTokenId: number | null;
  /** By the tokenizer, and by the model's configuration, which may name another. */
  endTokenIds: readonly (number | null)[];
}

/**
 * The row up to the token whose score transformers reads: the right-most one that is not the model's pad, or the first when all
 * are. What follows it cannot change that score. A model without a pad is read at its last token.
 */
export function endAtScore<Row extends readonly number[]>(ids: Row, padTokenId: number | null): Row | number[] {
  let end = ids.length;
  if (padTokenId !== null) while (end > 0 && ids[end - 1] === padTokenId) end -= 1;
  if (end === ids.length) return ids;
  return ids.slice(0, Math.max(end, 1));
}

/** Preference: the declared pad, a token named so, a reserved or unknown token, any other special one. Null when none is safe. */
export function choosePadToken(candidates: PadCandidates): number | null {
  const { specialTokens, chatTemplate, declaredPadId, bosTokenId, endTokenIds } = candidates;
  const safe = [...specialTokens.keys()]
    .sort((a, b) => a - b)
    .filter((id) => id !== bosTokenId && !endTokenIds.includes(id) && !chatTemplate.includes(specialTokens.get(id)!));
  if (declaredPadId !== null && safe.includes(declaredPadId)) return declaredPadId;
  const named = (pattern: RegExp): number | undefined => safe.find((id) => pattern.test(specialTokens.get(id)!));
  return named(/pad/i) ?? named(/reserved|unused|endoftext|unk/i) ?? safe[0] ?? null;
}
