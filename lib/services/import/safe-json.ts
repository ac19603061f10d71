/** Parses one line of untrusted JSON: bounded depth, no NUL, no lone surrogate, no key that could reach a prototype. */
const DEPTH_MAX = 32;
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/** A bad row; the message says what and where inside the row, the caller adds the line number. */
export class RowError extends Error {
  override name = "RowError";
}

/** How often a character stands in a text, not counting further than `max`. */
function countUpTo(text: string, character: string, max: number): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1 && count < max; at = text.indexOf(character, at + 1)) count += 1;
  return count;
}

/** Depth by counting brackets outside strings, before any parser recurses into them. Few brackets in all need no such count. */
function checkDepth(text: string): void {
  if (countUpTo(text, "{", DEPTH_MAX) + countUpTo(text, "[", DEPTH_MAX) < DEPTH_MAX) return;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > DEPTH_MAX) throw new RowError(`JSON nested deeper than ${DEPTH_MAX} levels`);
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
}

/** Node has `String.prototype.isWellFormed` (ES2024); the types follow later. */
const isWellFormed = (text: string): boolean => (text as string & { isWellFormed(): boolean }).isWellFormed();

/** What is wrong with a value, and where below it. */
interface Fault {
  path: string[];
  message: string;
}

function faultInText(text: string): string | null {
  if (text.includes("\u0000")) return "contains a NUL character, which text cannot hold";
  return isWellFormed(text) ? null : "contains half of a surrogate pair, which is not text";
}

/** The path is put together only once something is wrong. */
function faultIn(value: unknown): Fault | null {
  if (typeof value === "string") {
    const message = faultInText(value);
    return message === null ? null : { path: [], message };
  }
  if (value === null || typeof value !== "object") return null;
  for (const key of Object.keys(value)) {
    if (FORBIDDEN_KEYS.has(key)) return { path: [key], message: "this key is not allowed" };
    const inKey = faultInText(key);
    if (inKey !== null) return { path: ["(a key)"], message: inKey };
    const fault = faultIn((value as Record<string, unknown>)[key]);
    if (fault !== null) return { ...fault, path: [key, ...fault.path] };
  }
  return null;
}

export function parseJsonLine(text: string): Record<string, unknown> {
  checkDepth(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RowError(`not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  return checkRow(value);
}

/** A row that did not come as JSON text (Parquet) goes through the same checks of its values. */
export function checkRow(value: unknown): Record<string, unknown> {
  const fault = faultIn(value);
  if (fault !== null) throw new RowError(`${fault.path.join(".") || "(row)"}: ${fault.message}`);
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new RowError("a row must be a JSON object");
  return value as Record<string, unknown>;
}
