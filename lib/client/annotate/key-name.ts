/** Names of keys, as the shortcuts have them. */

interface Pressed {
  /** KeyboardEvent.key */
  key: string;
  /** KeyboardEvent.code */
  code: string;
  shiftKey: boolean;
}

/**
 * The key as a shortcut names it. With a Korean, Japanese, Cyrillic or Greek layout the letter keys type no Latin letter (or report
 * "Process" to the input method): then the place of the key decides, and so it does for digits on layouts that type them with Shift.
 */
export function keyName({ key, code, shiftKey }: Pressed): string {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  if (digit && !shiftKey) return digit;
  const typesLatin = key.length === 1 && key >= "!" && key <= "~";
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (!typesLatin && letter && (key.length === 1 || key === "Process")) return letter.toLowerCase();
  return key.length === 1 ? key.toLowerCase() : key;
}

const LABELS: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Backspace: "⌫",
  Delete: "Del",
};

/** What stands on the key's cap. */
export const keyLabel = (key: string): string => LABELS[key] ?? key;
