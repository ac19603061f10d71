import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CheckpointError } from "../core/checkpoint-directory";
import { BYTE_VOCAB_SIZE, byteTokenizerFiles, writeByteTokenizer } from "./byte-tokenizer";
import { ChatTemplateError, type ChatTokenizer, createTokenizer, loadTokenizer } from "./tokenizer";

let directory: string;
let tokenizer: ChatTokenizer;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "tokenizer-"));
  await writeByteTokenizer(directory);
  tokenizer = await loadTokenizer(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The byte tokenizer with some keys of a file replaced. */
function changed(name: string, change: (json: Record<string, unknown>) => Record<string, unknown>): ChatTokenizer {
  const files = byteTokenizerFiles();
  files.set(name, JSON.stringify(change(JSON.parse(files.get(name)!))));
  return createTokenizer(files);
}
const withTemplate = (chat_template: unknown): ChatTokenizer =>
  changed("tokenizer_config.json", (json) => ({ ...json, chat_template }));

describe("byte tokenizer", () => {
  // Ids written by Python's transformers 5.23 and tokenizers 0.23 from the same files.
  it.each<[string, number[]]>([
    ["Hi!", [77, 110, 38]],
    ["안녕", [241, 154, 141, 240, 138, 154]],
    ["a\n b<|im_end|>", [102, 15, 37, 103, 4]],
  ])("encodes %j as Python does", (text, ids) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });

  it("encodes a chat as Python's apply_chat_template does", () => {
    const messages = [
      { role: "user", content: "q" },
      { role: "assistant", content: "ㅇ" },
    ] as const;
    const user = [3, 122, 120, 106, 119, 15, 118, 4, 15];
    const opened = [3, 102, 120, 120, 110, 120, 121, 102, 115, 121, 15];
    expect(tokenizer.encodeChat(messages)).toEqual([...user, ...opened, 232, 138, 140, 4, 15]);
    expect(tokenizer.encodeChat(messages.slice(0, 1), { addGenerationPrompt: true })).toEqual([...user, ...opened]);
  });

  it("gives back any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        fc.pre(!text.includes("<"));
        const ids = tokenizer.encode(text);
        expect(ids.length).toBe(Buffer.byteLength(text));
        expect(tokenizer.decode(ids)).toBe(text);
      }),
    );
  });

  it("knows its special tokens and pads with one that never ends a turn", () => {
    expect(tokenizer).toMatchObject({ padTokenId: 0, bosTokenId: 1, eosTokenId: 4, vocabSize: BYTE_VOCAB_SIZE });
    expect(tokenizer.decode([3, 77, 4])).toBe("H");
  });
});

describe("chat templates", () => {
  const messages = [{ role: "user", content: "x" }] as const;

  it("hashes the template's text", () => {
    expect(tokenizer.templateHash).toMatch(/^[0-9a-f]{64}$/);
    expect(withTemplate("{{ messages[0].content }}").templateHash).not.toBe(tokenizer.templateHash);
    expect(createTokenizer(byteTokenizerFiles()).templateHash).toBe(tokenizer.templateHash);
  });

  it("writes one BOS even where the tokenizer would add its own", () => {
    const first = { SpecialToken: { id: "<bos>", type_id: 0 } };
    const files = byteTokenizerFiles();
    const json = JSON.parse(files.get("tokenizer.json")!);
    json.post_processor = {
      type: "TemplateProcessing",
      single: [first, { Sequence: { id: "A", type_id: 0 } }],
      pair: [],
      special_tokens: { "<bos>": { id: "<bos>", ids: [1], tokens: ["<bos>"] } },
    };
    files.set("tokenizer.json", JSON.stringify(json));
    const config = JSON.parse(files.get("tokenizer_config.json")!);
    files.set(
      "tokenizer_config.json",
      JSON.stringify({ ...config, chat_template: "{{ bos_token }}{{ messages[0].content }}" }),
    );
    expect(createTokenizer(files).encodeChat(messages)).toEqual([1, 125]);
    expect(createTokenizer(files).encode("x")).toEqual([125]);
  });

  it("falls back on ChatML and says so", () => {
    const bare = withTemplate(undefined);
    expect(bare.usesDefaultTemplate).toBe(true);
    expect(bare.render(messages)).toBe("<|im_start|>user\nx<|im_end|>\n");
    expect(tokenizer.usesDefaultTemplate).toBe(false);
  });

  it("prefers chat_template.jinja, and the default of named templates", () => {
    const files = byteTokenizerFiles().set("chat_template.jinja", "file");
    expect(createTokenizer(files).render(messages)).toBe("file");
    const named = [
      { name: "tool_use", template: "tools" },
      { name: "default", template: "plain" },
    ];
    expect(withTemplate(named).render(messages)).toBe("plain");
  });

  it("does not depend on the day", () => {
    const dated = withTemplate(
      '{{ strftime_now("%d %b %Y") }}|{% if date_string is defined %}{{ date_string }}{% endif %}',
    );
    expect(dated.render(messages)).toBe("26 Jul 2024|26 Jul 2024");
  });

  it("names a template's own refusal and a broken template", () => {
    expect(() => withTemplate("{{ raise_exception('no system role') }}").render(messages)).toThrow(ChatTemplateError);
    expect(() => withTemplate("{{ raise_exception('no system role') }}").render(messages)).toThrow(/no system role/);
    expect(() => withTemplate("{% for %}")).toThrow(ChatTemplateError);
  });
});

describe("tokenizer files", () => {
  it("splits every Unicode number where the original splits digits", () => {
    const digits = changed("tokenizer.json", (json) => ({
      ...json,
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [{ type: "Digits", individual_digits: true }, json.pre_tokenizer],
      },
      model: { ...(json.model as object), ...mergeTwoSuperscripts(json) },
    }));
    // Two superscript twos would merge if they stayed in one piece.
    expect(digits.encode("²²")).toEqual(tokenizer.encode("²²"));
  });

  it("names a broken file", () => {
    expect(() => createTokenizer(new Map([["tokenizer.json", "{"]]))).toThrow(CheckpointError);
    expect(() => createTokenizer(new Map([["tokenizer.json", "{}"]]))).toThrow(/tokenizer\.json: cannot be used/);
  });

  it("names a missing file", async () => {
    const empty = await mkdtemp(path.join(directory, "empty-"));
    await expect(loadTokenizer(empty)).rejects.toThrow(/tokenizer\.json: no such file/);
    await writeFile(path.join(empty, "x.gguf"), "GGUF");
    await expect(loadTokenizer(path.join(empty, "x.gguf"))).rejects.toThrow(CheckpointError);
  });
});

/** A vocabulary in which the last byte of one "²" and the first of the next merge. */
function mergeTwoSuperscripts(json: Record<string, unknown>): Record<string, unknown> {
  const { vocab } = json.model as { vocab: Record<string, number> };
  const [first, last] = ["Â", "²"];
  return { vocab: { ...vocab, [`${last}${first}`]: BYTE_VOCAB_SIZE }, merges: [`${last} ${first}`] };
}
