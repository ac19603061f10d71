import { describe, expect, it } from "vitest";
import { isPlain, paragraphsOf } from "./plain-text";

describe("a text without Markdown", () => {
  it("is known, and anything that could be Markdown is not taken for it", () => {
    expect(
      ["One. Two?\n\nThree (four) - five, 1.5 and 2 + 3!", "한국어 문장입니다.", "It costs $5."].every(isPlain),
    ).toBe(true);
    const marked = [
      "*a*",
      "a_b_",
      "`c`",
      "# h",
      "> q",
      "- item",
      "+ item",
      "1. one",
      "2) two",
      "a | b",
      "[x](y)",
      "\\(x\\)",
    ];
    const more = [
      "$$x$$",
      "<b>",
      "&amp;",
      "~~x~~",
      "Title\n===",
      "a\n---",
      "    code",
      "\tcode",
      "a  \nb",
      "https://x.example",
      "a@b.example",
    ];
    expect([...marked, ...more].filter(isPlain)).toEqual([]);
  });

  it("falls into the paragraphs that Markdown would make", () => {
    expect(paragraphsOf("One\nline.\n \n\nTwo.\n")).toEqual(["One\nline.", "Two."]);
  });
});
