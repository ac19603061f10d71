import { describe, expect, it } from "vitest";
import { type Change, changesBetween } from "./text-changes";

const short = (changes: Change[]) =>
  changes.map((change) =>
    change.kind === "same"
      ? `=${change.paragraphs.length}`
      : change.parts.map(({ kind, text }) => ({ same: text, added: `+${text}+`, removed: `-${text}-` })[kind]).join(""),
  );

describe("what changed between two versions", () => {
  const before = "# Safety\n\nBe kind to people.\n\n- One\n- Two\n\nThe end.";

  it("is nothing for the same text, also with other line ends", () => {
    expect(short(changesBetween(before, before.replaceAll("\n", "\r\n"), "en"))).toEqual(["=5"]);
  });

  it("shows the words of a reworded paragraph and folds the rest", () => {
    expect(short(changesBetween(before, before.replace("kind", "fair"), "en"))).toEqual([
      "=1",
      "Be -kind-+fair+ to people.",
      "=3",
    ]);
  });

  it("shows paragraphs that came and went", () => {
    expect(short(changesBetween("One.", "One.\n\nNew.", "en"))).toEqual(["=1", "+New.+"]);
    expect(short(changesBetween("One.\n\nOld.", "One.", "en"))).toEqual(["=1", "-Old.-"]);
  });

  it("knows Korean words", () => {
    expect(short(changesBetween("답이 안전한지 보세요.", "답이 유용한지 보세요.", "ko")).join("")).toContain("보세요");
  });
});
