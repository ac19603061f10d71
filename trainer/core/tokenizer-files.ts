/**
 * The text files that make up a tokenizer in a Hugging Face directory, and the few facts that checkpoints need from them.
 * Keys of the map are file names. A template is taken from `chat_template.jinja`, else from `tokenizer_config.json`.
 */
import { z } from "zod";
import { CheckpointError } from "./checkpoint-error";
import { choosePadToken } from "./pad-token";

export const TOKENIZER_FILES = [
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
] as const;

/**
 * Used when a checkpoint brings no template (base models): ChatML, a de-facto standard. Its marks are ordinary text to a
 * tokenizer that does not know them as tokens, which costs tokens but stays unambiguous.
 */
export const DEFAULT_CHAT_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

const tokenSchema = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();

const configSchema = z.looseObject({
  chat_template: z.union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))]).nullish(),
  bos_token: tokenSchema,
  eos_token: tokenSchema,
  pad_token: tokenSchema,
});

const tokenizerSchema = z.looseObject({
  added_tokens: z
    .array(
      z.looseObject({ id: z.number().int().nonnegative(), content: z.string(), special: z.boolean().default(false) }),
    )
    .default([]),
  // BPE and WordPiece give each token's id; Unigram lists its pieces by id. Checked by hand: it may hold 150,000 entries.
  model: z.looseObject({ vocab: z.unknown().optional() }).optional(),
});

export interface TokenizerFacts {
  chatTemplate: string;
  /** False when the default template was put in. */
  hasOwnTemplate: boolean;
  bosToken: string | null;
  eosToken: string | null;
  padToken: string | null;
  specialTokens: Map<number, string>;
}

function parseJson<T>(files: ReadonlyMap<string, string>, name: string, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(files.get(name) ?? "{}");
  } catch (cause) {
    throw new CheckpointError(name, null, `not JSON: ${(cause as Error).message.slice(0, 200)}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new CheckpointError(
      name,
      null,
      parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; "),
    );
  return parsed.data;
}

const contentOf = (token: z.infer<typeof tokenSchema>): string | null =>
  typeof token === "string" ? token : (token?.content ?? null);

/** Reads templates and special tokens. Errors: CheckpointError naming the file. */
export function readTokenizerFacts(files: ReadonlyMap<string, string>): TokenizerFacts {
  const config = parseJson(files, "tokenizer_config.json", configSchema);
  const tokenizer = parseJson(files, "tokenizer.json", tokenizerSchema);
  const inline = config.chat_template;
  const template =
    files.get("chat_template.jinja") ??
    (Array.isArray(inline) ? (inline.find((t) => t.name === "default") ?? inline[0])?.template : inline) ??
    null;
  return {
    chatTemplate: template ?? DEFAULT_CHAT_TEMPLATE,
    hasOwnTemplate: template !== null,
    bosToken: contentOf(config.bos_token),
    eosToken: contentOf(config.eos_token),
    padToken: contentOf(config.pad_token),
    specialTokens: new Map(tokenizer.added_tokens.filter((t) => t.special).map((t) => [t.id, t.content])),
  };
}

/** The largest id that the tokenizer can give. Errors: CheckpointError for a file that is no tokenizer. */
export function largestTokenId(files: ReadonlyMap<string, string>): number {
  const { model, added_tokens: added } = parseJson(files, "tokenizer.json", tokenizerSchema);
  let largest = -1;
  if (Array.isArray(model?.vocab)) largest = model.vocab.length - 1;
  else
    for (const [token, id] of Object.entries(model?.vocab ?? {})) {
      if (!Number.isSafeInteger(id) || id < 0)
        throw new CheckpointError("tokenizer.json", null, `model.vocab: the id of "${token}" is ${id}`);
      largest = Math.max(largest, id);
    }
  for (const { id } of added) largest = Math.max(largest, id);
  return largest;
}

export function idOfToken(facts: TokenizerFacts, token: string | null): number | null {
  for (const [id, content] of facts.specialTokens) if (content === token) return id;
  return null;
}

/**
 * A padding id that never ends a turn; `declared` wins if it is safe. Null when the tokenizer has no such token. `configEosIds`
 * are the model's own end tokens where they are known.
 */
export function safePadTokenId(
  facts: TokenizerFacts,
  declared: number | null,
  configEosIds: readonly (number | null)[] = [],
): number | null {
  return choosePadToken({
    specialTokens: facts.specialTokens,
    chatTemplate: facts.chatTemplate,
    declaredPadId: declared ?? idOfToken(facts, facts.padToken),
    bosTokenId: idOfToken(facts, facts.bosToken),
    endTokenIds: [idOfToken(facts, facts.eosToken), ...configEosIds],
  });
}

/** The files with `pad_token` set to the given id's token and the template written in, so that config and tokenizer agree. */
export function withPadToken(files: ReadonlyMap<string, string>, padTokenId: number): Map<string, string> {
  const facts = readTokenizerFacts(files);
  const config = parseJson(files, "tokenizer_config.json", configSchema);
  const updated = { ...config, pad_token: facts.specialTokens.get(padTokenId) ?? facts.padToken };
  return new Map(files).set(
    "tokenizer_config.json",
    `${JSON.stringify({ ...updated, chat_template: config.chat_template ?? facts.chatTemplate }, null, 2)}\n`,
  );
}
