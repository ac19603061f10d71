import { describe, expect, it } from "vitest";
import {
  changesOf,
  clashesOf,
  clashWith,
  DEFAULT_SHORTCUTS,
  isShortcutKey,
  SHORTCUT_ACTIONS,
  shortcutsWith,
} from "./shortcuts";

describe("shortcuts", () => {
  it("start without a clash, each on a key that may be one", () => {
    expect(clashesOf(DEFAULT_SHORTCUTS)).toEqual([]);
    expect(SHORTCUT_ACTIONS.filter((action) => !isShortcutKey(DEFAULT_SHORTCUTS[action]))).toEqual([]);
  });

  it("may share a key only where they are never heard together", () => {
    expect(clashesOf(shortcutsWith({ kept: "q" }))).toEqual([]);
    expect(clashesOf(shortcutsWith({ skip: "q" }))).toEqual([["preferredSafe", "skip"]]);
    expect(clashesOf(shortcutsWith({ note: "q" }))).toEqual([["preferredSafe", "note"]]);
  });

  it("name the action that has a key already", () => {
    expect(clashWith(DEFAULT_SHORTCUTS, "note", "q")).toBe("preferredSafe");
    expect(clashWith(DEFAULT_SHORTCUTS, "kept", "q")).toBeUndefined();
    expect(clashWith(DEFAULT_SHORTCUTS, "note", "n")).toBeUndefined();
  });

  it("refuse keys with a meaning of their own, capitals, and what no key types", () => {
    expect([" ", "Escape", "Tab", "A", "ㅂ", "F5", "ab", ""].filter(isShortcutKey)).toEqual([]);
    expect(["a", "?", "0", "/", "Enter", "ArrowLeft"].every(isShortcutKey)).toBe(true);
  });

  it("store only what was changed", () => {
    expect(changesOf(DEFAULT_SHORTCUTS)).toEqual({});
    expect(changesOf(shortcutsWith({ undo: "z", skip: "s" }))).toEqual({ undo: "z" });
  });
});
