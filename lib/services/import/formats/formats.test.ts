import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJsonLine, RowError } from "../safe-json";
import { detectFormat, IMPORT_FORMATS, ROW_PARSERS } from ".";
import { parseHhRow } from "./hh";
import { parseOwnRow } from "./own";
import { parseTrlRow } from "./trl";

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

describe("detectFormat", () => {
  it.each([
    [{ chosen: "\n\nHuman: a\n\nAssistant: b", rejected: "\n\nHuman: a\n\nAssistant: c" }, "hh"],
    [{ prompt: "a", chosen: "b", rejected: "c" }, "trl"],
    [{ chosen: [user("a"), assistant("b")], rejected: [user("a"), assistant("c")] }, "trl"],
    [{ prompt: [user("a")], chosen: [assistant("b")], rejected: [assistant("c")] }, "trl"],
    [
      {
        id: "1",
        prompt: [user("a")],
        chosen: "b",
        rejected: "c",
        strength: null,
        safety: null,
        task: "safety",
        source: "import",
      },
      "jsonl",
    ],
    [{ prompt: "a", responses: ["b", "c"] }, "jsonl"],
    [{ prompt: "a" }, "jsonl"],
  ])("%j -> %s", (row, format) => {
    expect(detectFormat(row)).toBe(format);
  });
});

describe("hh-rlhf transcripts", () => {
  it("takes the common part up to the last Assistant as the prompt", () => {
    const start = "\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Why is grass green?\n\nAssistant:";
    const row = parseHhRow({ chosen: `${start} Chlorophyll.`, rejected: `${start} Chance.` });
    expect(row).toMatchObject({
      kind: "verdict",
      prompt: [user("Hi"), assistant("Hello."), user("Why is grass green?")],
      chosen: "Chlorophyll.",
      rejected: "Chance.",
      strength: null,
      safety: null,
    });
  });
  it("keeps later turns of transcripts that diverge early inside the responses", () => {
    const row = parseHhRow({
      chosen: "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: d",
      rejected: "\n\nHuman: a\n\nAssistant: x",
    });
    expect(row).toMatchObject({ prompt: [user("a")], chosen: "b\n\nHuman: c\n\nAssistant: d", rejected: "x" });
  });
  it("refuses text that is no transcript", () => {
    expect(() => parseHhRow({ chosen: "Hello", rejected: "Hi" })).toThrow(/transcript starts/);
    expect(() =>
      parseHhRow({ chosen: "\n\nHuman: a\n\nAssistant: b", rejected: "\n\nHuman: z\n\nAssistant: b" }),
    ).toThrow(/no common prompt/);
  });
});

describe("TRL", () => {
  it("reads explicit and implicit, text and conversational, to the same pair", () => {
    const expected = { prompt: [user("Say hi")], chosen: "hi there", rejected: "no" };
    const rows = [
      { prompt: "Say hi", chosen: "hi there", rejected: "no" },
      { prompt: [user("Say hi")], chosen: [assistant("hi there")], rejected: [assistant("no")] },
      { chosen: [user("Say hi"), assistant("hi there")], rejected: [user("Say hi"), assistant("no")] },
      { chosen: "Say hi hi there", rejected: "Say hi no" },
    ];
    for (const row of rows) expect(parseTrlRow(row)).toMatchObject(expected);
  });
  it("keeps the margin as a column and reads our own columns", () => {
    const row = parseTrlRow({
      prompt: "a",
      chosen: "b",
      rejected: "c",
      margin: 0.66,
      strength: "better",
      task: "safety",
      safety: "both_safe",
    });
    expect(row).toMatchObject({ strength: "better", task: "safety", safety: "both_safe", meta: { margin: 0.66 } });
  });
  it("moves shared turns of the completions into the prompt and refuses what differs earlier", () => {
    const shared = [assistant("yes?"), user("b")];
    const row = { prompt: [user("a")], chosen: [...shared, assistant("c")], rejected: [...shared, assistant("d")] };
    expect(parseTrlRow(row)).toMatchObject({ prompt: [user("a"), ...shared], chosen: "c" });
    const differing = {
      chosen: [user("a"), assistant("x"), user("b"), assistant("c")],
      rejected: [user("a"), assistant("y")],
    };
    expect(() => parseTrlRow(differing)).toThrow(/last message only/);
  });
  it("names the field that is wrong", () => {
    expect(() => parseTrlRow({ prompt: "a", chosen: 1, rejected: "c" })).toThrow(/chosen/);
    expect(() => parseTrlRow({ prompt: "a", chosen: "b", rejected: [assistant("c")] })).toThrow(/both/);
  });
});

describe("own JSONL", () => {
  it("tells judged pairs, open pairs and prompts apart", () => {
    const judged = {
      id: "7",
      prompt: [user("q")],
      chosen: "a",
      rejected: "b",
      strength: "better",
      safety: null,
      task: "helpfulness",
      source: "annotator",
      meta: { language: "ko" },
    };
    expect(parseOwnRow(judged)).toMatchObject({ kind: "verdict", language: "ko", meta: { sourceId: "7" } });
    expect(parseOwnRow({ prompt: "안녕", responses: ["a", "b"] })).toMatchObject({ kind: "open", language: "ko" });
    expect(parseOwnRow({ prompt: "q", task: "safety" })).toMatchObject({ kind: "prompt", safetyTagged: true });
  });
  it("refuses unknown keys, equal responses and prompts that end with the assistant", () => {
    expect(() => parseOwnRow({ prompt: "q", responses: ["a", "a"] })).toThrow(/same text/);
    expect(() => parseOwnRow({ prompt: "q", response: "a" })).toThrow(/response/);
    expect(() => parseOwnRow({ prompt: [user("q"), assistant("a")], responses: ["a", "b"] })).toThrow(
      /end with a user/,
    );
  });
});

describe("fuzz", () => {
  it("every parser either returns a row or throws RowError, whatever the JSON", () => {
    const key = fc.constantFrom(
      "prompt",
      "chosen",
      "rejected",
      "responses",
      "task",
      "strength",
      "margin",
      "meta",
      "id",
      "x",
    );
    const leaf = fc.oneof(
      fc.string(),
      fc.jsonValue(),
      fc.array(fc.record({ role: fc.constantFrom("user", "assistant", "system"), content: fc.string() })),
    );
    fc.assert(
      fc.property(fc.dictionary(key, leaf), fc.constantFrom(...IMPORT_FORMATS), (row, format) => {
        try {
          const parsed = ROW_PARSERS[format](parseJsonLine(JSON.stringify(row)));
          expect(parsed.prompt.at(-1)?.role).toBe("user");
        } catch (error) {
          expect(error).toBeInstanceOf(RowError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
