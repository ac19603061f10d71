/** The annotator's single-key actions: their default keys, which of them are heard at the same time, and what a key may be. */

/** `everywhere`: on every kind of item. `verdict`: pairs and live turns. `turns`: Ghost Attention review. */
const ACTIONS = {
  step1: ["verdict", "1"],
  step2: ["verdict", "2"],
  step3: ["verdict", "3"],
  step4: ["verdict", "4"],
  step5: ["verdict", "5"],
  step6: ["verdict", "6"],
  step7: ["verdict", "7"],
  step8: ["verdict", "8"],
  bothUnacceptable: ["verdict", "0"],
  preferredSafe: ["verdict", "q"],
  bothSafe: ["verdict", "w"],
  bothUnsafe: ["verdict", "r"],
  preferredUnsafe: ["verdict", "x"],
  note: ["verdict", "n"],
  edit: ["verdict", "e"],
  flag: ["verdict", "f"],
  diff: ["verdict", "d"],
  scroll: ["verdict", "l"],
  finish: ["verdict", "c"],
  kept: ["turns", "y"],
  broken: ["turns", "x"],
  notApplicable: ["turns", "0"],
  previousTurn: ["turns", "ArrowUp"],
  nextTurn: ["turns", "ArrowDown"],
  submit: ["everywhere", "Enter"],
  undo: ["everywhere", "u"],
  skip: ["everywhere", "s"],
  reveal: ["everywhere", "b"],
  history: ["everywhere", "h"],
  guidelines: ["everywhere", "g"],
  help: ["everywhere", "?"],
} as const satisfies Record<string, readonly [ShortcutPlace, string]>;

export type ShortcutPlace = "everywhere" | "verdict" | "turns";
export type ShortcutAction = keyof typeof ACTIONS;
/** Every action has exactly one key. */
export type ShortcutMap = Record<ShortcutAction, string>;
/** Only what an annotator changed. */
export type ShortcutChanges = Partial<ShortcutMap>;

export const SHORTCUT_ACTIONS = Object.keys(ACTIONS) as [ShortcutAction, ...ShortcutAction[]];
export const placeOf = (action: ShortcutAction): ShortcutPlace => ACTIONS[action][0];
export const DEFAULT_SHORTCUTS = Object.fromEntries(
  SHORTCUT_ACTIONS.map((action) => [action, ACTIONS[action][1]]),
) as ShortcutMap;

const NAMED_KEYS = ["Enter", "Backspace", "Delete", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

/**
 * A key that can be told apart from typing aids: a printable ASCII character other than the space (which presses buttons), letters in
 * lower case, or one of a few named keys. Escape and Tab keep their meaning.
 */
export const isShortcutKey = (key: string): boolean => /^[!-@[-~]$/.test(key) || NAMED_KEYS.includes(key);

export const shortcutsWith = (changes: ShortcutChanges): ShortcutMap => ({ ...DEFAULT_SHORTCUTS, ...changes });

/** Heard on the same screen, so they may not share a key. */
export const heardTogether = (a: ShortcutAction, b: ShortcutAction): boolean =>
  placeOf(a) === placeOf(b) || placeOf(a) === "everywhere" || placeOf(b) === "everywhere";

/** The action that has `key` already where `action` is heard, if another one does. */
export function clashWith(map: ShortcutMap, action: ShortcutAction, key: string): ShortcutAction | undefined {
  return SHORTCUT_ACTIONS.find((other) => other !== action && map[other] === key && heardTogether(action, other));
}

/** Pairs of actions that share a key on one screen; each pair once. */
export function clashesOf(map: ShortcutMap): [ShortcutAction, ShortcutAction][] {
  return SHORTCUT_ACTIONS.flatMap((action, index) =>
    SHORTCUT_ACTIONS.slice(index + 1)
      .filter((other) => map[other] === map[action] && heardTogether(action, other))
      .map((other): [ShortcutAction, ShortcutAction] => [action, other]),
  );
}

/** Leaves out what equals the default, so that a better default reaches everybody who did not choose otherwise. */
export const changesOf = (map: ShortcutMap): ShortcutChanges =>
  Object.fromEntries(
    SHORTCUT_ACTIONS.filter((action) => map[action] !== DEFAULT_SHORTCUTS[action]).map((action) => [
      action,
      map[action],
    ]),
  );
