/** Parses one line of untrusted JSON: bounded depth, no NUL, no lone surrogate, no key that could reach a prototype. */
const DEPTH_MAX = 32;
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/** A bad row; the message says what and where inside the row, the caller adds the line number. */
export class RowError extends Error {
  override name = "RowError";
}

/** Depth by counting brackets outside strings, before any parser recurses into them. */
function checkDepth(text: string): void {
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

function checkText(text: string, path: string): void {
  if (text.includes("\u0000")) throw new RowError(`${path}: contains a NUL character, which text cannot hold`);
  if (!isWellFormed(text)) throw new RowError(`${path}: contains half of a surrogate pair, which is not text`);
}

function checkValue(value: unknown, path: string): void {
  if (typeof value === "string") checkText(value, path || "(row)");
  else if (Array.isArray(value))
    for (const [index, entry] of value.entries()) checkValue(entry, path ? `${path}.${index}` : String(index));
  else if (value !== null && typeof value === "object")
    for (const key of Object.keys(value)) {
      const below = path ? `${path}.${key}` : key;
      if (FORBIDDEN_KEYS.has(key)) throw new RowError(`${below}: this key is not allowed`);
      checkText(key, "a key");
      checkValue((value as Record<string, unknown>)[key], below);
    }
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
  checkValue(value, "");
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new RowError("a row must be a JSON object");
  return value as Record<string, unknown>;
}
