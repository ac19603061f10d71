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
  eosTokenId: number | null;
}

/** Preference: the declared pad, a token named so, a reserved or unknown token, any other special one. Null when none is safe. */
export function choosePadToken(candidates: PadCandidates): number | null {
  const { specialTokens, chatTemplate, declaredPadId, bosTokenId, eosTokenId } = candidates;
  const safe = [...specialTokens.keys()]
    .sort((a, b) => a - b)
    .filter((id) => id !== bosTokenId && id !== eosTokenId && !chatTemplate.includes(specialTokens.get(id)!));
  if (declaredPadId !== null && safe.includes(declaredPadId)) return declaredPadId;
  const named = (pattern: RegExp): number | undefined => safe.find((id) => pattern.test(specialTokens.get(id)!));
  return named(/pad/i) ?? named(/reserved|unused|endoftext|unk/i) ?? safe[0] ?? null;
}
