import { describe, expect, it } from "vitest";
import { keyLabel, keyName } from "./key-name";

const press = (key: string, code: string, shiftKey = false) => keyName({ key, code, shiftKey });

describe("the name of a key", () => {
  it("is what a Latin layout types, capitals or not", () => {
    expect([press("q", "KeyQ"), press("Q", "KeyQ", true), press("a", "KeyQ")]).toEqual(["q", "q", "a"]);
    expect([press("?", "Slash", true), press("Enter", "Enter"), press("ArrowUp", "ArrowUp")]).toEqual([
      "?",
      "Enter",
      "ArrowUp",
    ]);
  });

  it("is found by its place where the layout types other letters", () => {
    expect(press("ㅂ", "KeyQ")).toBe("q");
    expect(press("ㅃ", "KeyQ", true)).toBe("q");
    expect(press("Process", "KeyN")).toBe("n");
    expect(press("й", "KeyQ")).toBe("q");
  });

  it("is the digit on layouts that need Shift for it, and on the number pad", () => {
    expect([press("&", "Digit1"), press("é", "Digit2"), press("7", "Numpad7"), press("!", "Digit1", true)]).toEqual([
      "1",
      "2",
      "7",
      "!",
    ]);
  });

  it("has a short cap", () => {
    expect(["ArrowUp", "Enter", "q"].map(keyLabel)).toEqual(["↑", "Enter", "q"]);
  });
});
